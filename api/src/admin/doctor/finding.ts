/** What was looked at and how it is; `todo` says what to do about it. */
export interface Finding {
  check: string;
  level: "ok" | "advice" | "problem";
  text: string;
  todo?: string;
}

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
