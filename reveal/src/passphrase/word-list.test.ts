import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LIST } from "./test-vocabulary.ts";
import { Vocabulary } from "./vocabulary.ts";
import { loadWordList } from "./word-list.ts";

const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", fetched);
  fetched.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const answer = (text: string) => fetched.mockResolvedValueOnce(new Response(text));
const fail = (times = 1) => {
  for (let i = 0; i < times; i++) fetched.mockRejectedValueOnce(new TypeError("network"));
};
const settle = () => vi.advanceTimersByTimeAsync(0);

function load() {
  const used: string[] = [];
  // Not the list itself: the difference of two lists would be 7,772 lines.
  return { used, loader: loadWordList((list) => used.push(list instanceof Vocabulary ? "loaded" : list)) };
}

test("a failed word list is requested again after 1, 2 and 4 seconds", async () => {
  fail(3);
  answer(LIST.join("\n"));
  const { used } = load();
  for (const [delay, calls] of [
    [999, 1],
    [1, 2],
    [1999, 2],
    [1, 3],
    [3999, 3],
    [1, 4],
  ] as const) {
    await vi.advanceTimersByTimeAsync(delay);
    expect(fetched).toHaveBeenCalledTimes(calls);
  }
  expect(used).toEqual(["missing", "missing", "missing", "loaded"]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(fetched).toHaveBeenCalledTimes(4);
});

test("a retry requests it at once, and only when no request is under way", async () => {
  fail();
  answer(LIST.join("\n"));
  const { used, loader } = load();
  loader.retry();
  expect(fetched).toHaveBeenCalledTimes(1);
  await settle();
  loader.retry();
  loader.retry();
  expect(fetched).toHaveBeenCalledTimes(2);
  await settle();
  loader.retry();
  expect(used).toEqual(["missing", "loaded"]);
  expect(fetched).toHaveBeenCalledTimes(2);
});

test("the delay never exceeds 30 seconds", async () => {
  fail(20);
  load();
  await vi.advanceTimersByTimeAsync(60_000);
  const before = fetched.mock.calls.length;
  await vi.advanceTimersByTimeAsync(90_000);
  expect(fetched.mock.calls.length - before).toBe(3);
});

test("an answer that is not the word list is no list, and the retry bypasses the cache", async () => {
  answer("<html>Sign in to the Wi-Fi</html>");
  answer(LIST.slice(1).join("\n"));
  answer(LIST.join("\r\n"));
  const { used, loader } = load();
  for (let i = 0; i < 3; i++) {
    await settle();
    loader.retry();
  }
  await settle();
  expect(used).toEqual(["missing", "missing", "loaded"]);
  expect(fetched.mock.calls.map(([, { cache }]) => cache)).toEqual(["default", "reload", "reload"]);
});

test.each([
  ["LF", "\n"],
  ["CRLF", "\r\n"],
])("the word list is read with lines that end in %s", async (_, lineEnd) => {
  answer(LIST.map((word) => word + lineEnd).join(""));
  const list = await new Promise(loadWordList);
  expect(list instanceof Vocabulary && LIST.filter((word) => !list.has(word))).toEqual([]);
});
