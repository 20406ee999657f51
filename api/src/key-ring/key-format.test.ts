import { expect, test } from "vitest";
import { formatKeys, parseKeys } from "./key-format.ts";
import { newKey } from "./plan-rotation.ts";

const NOW = new Date("2026-03-01T12:34:56.789Z");
const [first, second] = [newKey(NOW), { ...newKey(NOW), addedAt: undefined }];

test("what is written is read back, with and without a time", () => {
  expect(parseKeys(formatKeys([first, second]))).toEqual({ keys: [first, second], problems: [] });
});

test("it may be written by hand: one on a line or joined by commas, with remarks and blank lines", () => {
  const entry = ({ kid, key }: typeof first | typeof second) => `${kid}:${key.toString("base64")}`;
  const text = `# ours\r\n\r\n  ${entry(first)}\t2026-03-01T12:34:56Z\r\n  # old\n${entry(second)}\n\n`;
  const { keys, problems } = parseKeys(text);
  expect(problems).toEqual([]);
  expect(keys).toEqual([{ ...first, addedAt: new Date("2026-03-01T12:34:56.000Z") }, second]);
  const joined = parseKeys(`${entry(first)}, ${entry(second)}`);
  expect(joined.keys.map(({ kid }) => kid)).toEqual([first.kid, second.kid]);
});

test.each([
  ["nothing", ""],
  ["only a remark", "# k1"],
  ["a month that is none", `k1:${first.key.toString("base64")} 2026-13-01T00:00:00Z`],
  ["a time without a zone", `k1:${first.key.toString("base64")} 2026-01-01T00:00:00`],
  ["more than a time", `k1:${first.key.toString("base64")} 2026-01-01T00:00:00Z x`],
  ["two keys on a line", `k1:${first.key.toString("base64")} k2:${second.key.toString("base64")}`],
])("%s is no list of keys, and is not repeated", (_what, text) => {
  const { keys, problems } = parseKeys(text);
  expect(keys).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(/^must be kid:base64 pairs .*openssl rand -base64 32$/)]);
});
