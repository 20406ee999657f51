import { afterEach, expect, test, vi } from "vitest";
import { LIST } from "./test-vocabulary.ts";
import { Vocabulary } from "./vocabulary.ts";
import { loadWordList } from "./word-list.ts";

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["LF", "\n"],
  ["CRLF", "\r\n"],
])("the word list is read with lines that end in %s", async (_, lineEnd) => {
  vi.stubGlobal("fetch", async () => new Response(LIST.map((word) => word + lineEnd).join("")));
  const list = await new Promise(loadWordList);
  // Not `toEqual`: the difference of two lists would be 7,772 lines.
  expect(list instanceof Vocabulary && LIST.filter((word) => !list.has(word))).toEqual([]);
});
