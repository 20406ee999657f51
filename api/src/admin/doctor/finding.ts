import type { Installation } from "../installation.ts";

/** Result of one check; `todo` is what the operator should do. */
export interface Finding {
  check: string;
  level: "ok" | "advice" | "problem";
  text: string;
  todo?: string;
}

/**
 * One group of checks, in a file of its own. It reads the installation, or the configuration alone, and changes nothing.
 * To add a check, add its finding to the group that fits.
 */
export type Check<Subject = Installation> = (subject: Subject) => Finding[] | Promise<Finding[]>;

export const ok = (check: string, text: string): Finding => ({ check, level: "ok", text });
export const advice = (check: string, text: string, todo: string): Finding => ({
  check,
  level: "advice",
  text,
  todo,
});
export const problem = (check: string, text: string, todo: string): Finding => ({
  check,
  level: "problem",
  text,
  todo,
});
