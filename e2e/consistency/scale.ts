/** Whether this is the long run (`pnpm test:torture`). Both runs are the same code over different numbers. */
export const TORTURE = process.env.TORTURE === "1";

/** `short` in the everyday run, `long` under torture. */
export const scaled = (short: number, long: number): number => (TORTURE ? long : short);

/** Prints a line of figures: what a run of proofs came to. */
export const figures = (line: string): void => void process.stdout.write(`\n  ${line}\n`);
