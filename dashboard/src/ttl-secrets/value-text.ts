/**
 * A text box turns every line break into LF, but a value goes over byte for byte. So the pasted text is
 * kept beside what the box shows, and edits are carried over to it: what was pasted with CRLF is sent with
 * CRLF.
 */

/** What a text box shows of a text. */
export function shownText(raw: string): string {
  return raw.replace(/\r\n?/g, "\n");
}

/** Puts pasted text in place of a selection, given in the box's own positions. */
export function insertText(raw: string, selection: { start: number; end: number }, pasted: string): string {
  return (
    raw.slice(0, rawPosition(raw, selection.start)) + pasted + raw.slice(rawPosition(raw, selection.end))
  );
}

/** Carries an edit over: what the box showed before and after tells what was typed and where. */
export function carryEdit(raw: string, shownAfter: string): string {
  const shownBefore = shownText(raw);
  const shorter = Math.min(shownBefore.length, shownAfter.length);
  let start = 0;
  while (start < shorter && shownBefore[start] === shownAfter[start]) start += 1;
  let tail = 0;
  while (
    tail < shorter - start &&
    shownBefore[shownBefore.length - 1 - tail] === shownAfter[shownAfter.length - 1 - tail]
  ) {
    tail += 1;
  }
  const selection = { start, end: shownBefore.length - tail };
  return insertText(raw, selection, shownAfter.slice(start, shownAfter.length - tail));
}

/** Where a position in the box is in the text behind it: CRLF counts as one there and as two here. */
function rawPosition(raw: string, shownPosition: number): number {
  let position = 0;
  for (let passed = 0; passed < shownPosition; passed += 1) {
    position += raw.startsWith("\r\n", position) ? 2 : 1;
  }
  return position;
}
