/**
 * A choice stored in this browser. Language and theme are all that the dashboard ever stores there. If storage is
 * unavailable, the choice lasts until the page is closed.
 */
export function persistedChoice<Choice extends string>(name: string, choices: readonly Choice[]) {
  return {
    /** The stored choice. Null if there is none or it is unknown. */
    read(): Choice | null {
      try {
        const stored = localStorage.getItem(name);
        return choices.find((choice) => choice === stored) ?? null;
      } catch {
        return null;
      }
    },
    /** Stores a choice; null removes it. */
    write(choice: Choice | null): void {
      try {
        if (choice) localStorage.setItem(name, choice);
        else localStorage.removeItem(name);
      } catch {
        // Storage is unavailable or full. The choice is only a convenience.
      }
    },
  };
}
