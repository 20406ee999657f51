/**
 * A choice this browser keeps for the next visit. Language and theme are all that the dashboard ever stores in a
 * browser. Where storage is refused the choice holds until the page is left.
 */
export function persistedChoice<Choice extends string>(name: string, choices: readonly Choice[]) {
  return {
    /** What was chosen; null when nothing was, or nothing that is known. */
    read(): Choice | null {
      try {
        const stored = localStorage.getItem(name);
        return choices.find((choice) => choice === stored) ?? null;
      } catch {
        return null;
      }
    },
    /** Keeps a choice, or forgets it. */
    write(choice: Choice | null): void {
      try {
        if (choice) localStorage.setItem(name, choice);
        else localStorage.removeItem(name);
      } catch {
        // Storage is refused or full: the choice was nothing more than a convenience.
      }
    },
  };
}
