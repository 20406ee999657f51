/** Whether this is the long run (`pnpm test:torture`). It differs from the usual one in its numbers only. */
export const TORTURE = process.env.TORTURE === "1";

/** `short` in the usual run, `long` in `pnpm test:torture`. */
export const scaled = (short: number, long: number): number => (TORTURE ? long : short);

/** Prints a line with the figures of a run. */
export const figures = (line: string): void => void process.stdout.write(`\n  ${line}\n`);
