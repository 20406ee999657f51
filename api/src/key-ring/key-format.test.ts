import { expect, test } from "vitest";
import { formatKeys, parseKeys } from "./key-format.ts";
import { createKey } from "./plan-rotation.ts";

const NOW = new Date("2026-03-01T12:34:56.789Z");
const [first, second] = [createKey(NOW), { ...createKey(NOW), addedAt: undefined }];

test("parses what it formats, with and without a time", () => {
  expect(parseKeys(formatKeys([first, second]))).toEqual({ keys: [first, second], problems: [] });
});

test("accepts hand-written keys: one per line or separated by commas, with comments and blank lines", () => {
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
  ["only a comment", "# k1"],
  ["an impossible month", `k1:${first.key.toString("base64")} 2026-13-01T00:00:00Z`],
  ["a time without a zone", `k1:${first.key.toString("base64")} 2026-01-01T00:00:00`],
  ["more than a time", `k1:${first.key.toString("base64")} 2026-01-01T00:00:00Z x`],
  ["two keys on one line", `k1:${first.key.toString("base64")} k2:${second.key.toString("base64")}`],
])("refuses %s and does not repeat it", (_what, text) => {
  const { keys, problems } = parseKeys(text);
  expect(keys).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(/^must be kid:base64 pairs .*openssl rand -base64 32$/)]);
});
