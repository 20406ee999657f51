/** Counts what is open at the moment, by key. Keeps no key of which nothing is open. */
export class OpenCounts {
  readonly #counts = new Map<string, number>();

  /** How many of this key are open. */
  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Counts one more. Call the returned function once, when it has closed. */
  open(key: string): () => void {
    this.#counts.set(key, this.of(key) + 1);
    return () => {
      const rest = this.of(key) - 1;
      if (rest > 0) this.#counts.set(key, rest);
      else this.#counts.delete(key);
    };
  }
}
