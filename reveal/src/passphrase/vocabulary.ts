/** Shortest and longest word of the list in letters (api/src/crypto/passphrase.ts). */
const SHORTEST = 3;
const LONGEST = 9;

/** With more errors than this in a word, suggestions would be guesses. */
const MOST_SLIPS = 2;

/** As many suggestions as one can compare at a glance. */
const MOST_SUGGESTIONS = 3;

/**
 * The word list of the passphrases. No word is a prefix of another, so a sequence of words without separators can be
 * split in only one way.
 */
export class Vocabulary {
  private readonly sorted: readonly string[];
  private readonly words: ReadonlySet<string>;

  /** `words` must be sorted by their letters, a–z. */
  constructor(words: readonly string[]) {
    this.sorted = words;
    this.words = new Set(words);
  }

  /** Whether a word is on the list. */
  has(word: string): boolean {
    return this.words.has(word);
  }

  /** Whether a word of the list begins with these letters, or equals them. */
  isBeginning(letters: string): boolean {
    return this.sorted[this.firstFrom(letters)]?.startsWith(letters) ?? false;
  }

  /** The only word that begins with these letters and is longer. Null if there is none or more than one. */
  completion(letters: string): string | null {
    const at = this.firstFrom(letters);
    const word = this.sorted[at];
    if (!letters || !word?.startsWith(letters) || word === letters) return null;
    return this.sorted[at + 1]?.startsWith(letters) ? null : word;
  }

  /**
   * Suggestions for a mistyped word, best first: the word that it begins, else the words with the fewest errors (a
   * letter wrong, missing or extra, or two swapped), up to two. Empty if there is no good suggestion.
   */
  suggestions(mistyped: string): string[] {
    const whole = this.completion(mistyped);
    if (whole) return [whole];
    if (mistyped.length < SHORTEST - 1 || mistyped.length > LONGEST + MOST_SLIPS) return [];
    for (let slips = 1; slips <= MOST_SLIPS; slips++) {
      const near = this.sorted.filter((word) => distance(mistyped, word, slips) === slips);
      if (near.length > 0) return near.sort(byLikeness(mistyped)).slice(0, MOST_SUGGESTIONS);
    }
    return [];
  }

  /** Splits letters into words of the list. Null if they don't consist of such words alone. */
  segment(letters: string): string[] | null {
    const { words, rest } = this.takeWords(letters);
    return words.length > 0 && rest === "" ? words : null;
  }

  /**
   * Splits letters without separators: into words of the list if possible; else, if they are too long for one
   * mistyped word, into the words they begin with and the rest. `isOpen`: more letters may follow.
   */
  split(letters: string, isOpen: boolean): string[] {
    const { words, rest } = this.takeWords(letters);
    if (rest === "") return words;
    const isCut = letters.length > LONGEST + 1 || (isOpen && this.isBeginning(rest));
    return isCut ? [...words, rest] : [letters];
  }

  private takeWords(letters: string): { words: string[]; rest: string } {
    const words: string[] = [];
    let rest = letters;
    for (let word = this.firstWord(rest); word; word = this.firstWord(rest)) {
      words.push(word);
      rest = rest.slice(word.length);
    }
    return { words, rest };
  }

  private firstWord(letters: string): string | undefined {
    for (let length = SHORTEST; length <= LONGEST; length++) {
      const word = letters.slice(0, length);
      if (this.words.has(word)) return word;
    }
    return undefined;
  }

  /** Index of the first word not sorted before these letters. */
  private firstFrom(letters: string): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sorted[middle] ?? "") < letters) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** More correct letters at the start are likelier; then, a closer length. */
function byLikeness(mistyped: string): (a: string, b: string) => number {
  const sameStart = (word: string) => {
    let length = 0;
    while (length < word.length && word[length] === mistyped[length]) length++;
    return length;
  };
  const lengthOff = (word: string) => Math.abs(word.length - mistyped.length);
  return (a, b) => sameStart(b) - sameStart(a) || lengthOff(a) - lengthOff(b);
}

/**
 * Edit distance of `a` and `b` (Damerau–Levenshtein, optimal string alignment), or more than `most` if it exceeds
 * that: https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance
 */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(before, j - 2) + 1 : replaced;
      next.push(Math.min(at(row, j) + 1, at(next, j - 1) + 1, replaced, swapped));
    }
    if (Math.min(...next) > most) return most + 1;
    before = row;
    row = next;
  }
  return at(row, b.length);
}

const at = (row: readonly number[], i: number): number => row[i] ?? 0;
