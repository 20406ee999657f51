import { expect, it } from "vitest";
import { parseSettings } from "./settings-file.ts";

/** Expected values: what systemd 257 passed to a service with each as its EnvironmentFile=. */
it.each<[string, string, Record<string, string>]>([
  ["plain values", "A=1\nB=two words  \n", { A: "1", B: "two words" }],
  ["values with special characters of shells", "A=a#b;c $HOME `x` =\n", { A: "a#b;c $HOME `x` =" }],
  ["comments and empty lines", "# A=1\n\n ; B=2\nC=3", { C: "3" }],
  ["an empty value", "A=\nB=1\n", { A: "", B: "1" }],
  ["the last of two values", "A=1\nA=2\n", { A: "2" }],
  ["single quotes", String.raw`A='a "b" \n $c'`, { A: String.raw`a "b" \n $c` }],
  ["double quotes", String.raw`A="a \"b\" \$c \\ \n 'd'"`, { A: String.raw`a "b" $c \ \n 'd'` }],
  ["adjacent quoted parts", `A='a' "b"c\n`, { A: "abc" }],
  ["quotes inside a value", `A=a"b"c'd'\n`, { A: `a"b"c'd'` }],
  ["blanks in quotes", `A="  a  "  \n`, { A: "  a  " }],
  ["backslashes", "A=a\\ \\\\b\\nc\\\n  d\nB=1\n", { A: "a \\bnc  d", B: "1" }],
  ["values of several lines", `A="a\nb"\nB='c\nd'\nC=1\n`, { A: "a\nb", B: "c\nd", C: "1" }],
  ["blanks around the equals sign", " A = 1 \n", { A: "1" }],
  ["lines that are no assignments", "nonsense\nexport A=1\n1A=2\nB=3\n", { B: "3" }],
])("a settings file is read as systemd reads it: %s", (_what, text, settings) => {
  expect(parseSettings(text)).toEqual(settings);
});

it("a settings file may have lines that end in CRLF", () => {
  const text = '# A=0\r\nA=1\r\nB="b"\r\nC=c\\\r\n d\r\n';
  expect(parseSettings(text)).toEqual({ A: "1", B: "b", C: "c d" });
});
