import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { checkAvailable, revealSecret } from "./reveal.ts";

const LINK = { vaultId: "vault_a", token: "AbCdEfGhIjKlMnOpQrSt-_" };
const fetched = vi.fn<typeof fetch>();
const still = () => new AbortController().signal;

beforeEach(() => {
  vi.stubGlobal("fetch", fetched);
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("document", { querySelector: () => null });
});
afterEach(() => {
  fetched.mockReset();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const bodySent = () => JSON.parse(String(fetched.mock.calls[0]?.[1]?.body));

describe("every request", () => {
  test("carries no credential, leaves no copy and follows no redirect", async () => {
    fetched.mockResolvedValue(Response.json({ data: { ttlSecretAvailability: { secondsLeft: 60 } } }));
    await checkAvailable(LINK);
    expect(fetched).toHaveBeenCalledWith(
      "/graphql",
      expect.objectContaining({
        method: "POST",
        headers: expect.objectContaining({ "content-type": "application/json" }),
        mode: "same-origin",
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
      }),
    );
    expect(bodySent().variables).toEqual(LINK);
  });

  test("goes to another origin, still without a credential, if the page names one", async () => {
    const meta = { content: "https://api.example.com" };
    vi.stubGlobal("document", {
      querySelector: (what: string) => (what.includes("api-origin") ? meta : null),
    });
    fetched.mockResolvedValue(Response.json({ data: { ttlSecretAvailability: { secondsLeft: 60 } } }));
    await checkAvailable(LINK);
    expect(fetched).toHaveBeenCalledWith(
      "https://api.example.com/graphql",
      expect.objectContaining({ mode: "cors", credentials: "omit" }),
    );
  });

  test("is not sent while the device reports that it is offline", async () => {
    vi.stubGlobal("navigator", { onLine: false });
    expect(await checkAvailable(LINK)).toEqual({ kind: "offline" });
    expect(await revealSecret(LINK, "a-b-c-d-e-f", still())).toEqual({ kind: "offline" });
    expect(fetched).not.toHaveBeenCalled();
  });
});

describe("checking", () => {
  test("fails when the network or the response breaks", async () => {
    fetched.mockRejectedValueOnce(new TypeError("network"));
    expect(await checkAvailable(LINK)).toEqual({ kind: "failed" });
    fetched.mockResolvedValueOnce(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    expect(await checkAvailable(LINK)).toEqual({ kind: "failed" });
  });

  test("gives up after ten seconds", async () => {
    vi.useFakeTimers();
    fetched.mockImplementation(hang);
    const outcome = checkAvailable(LINK);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await outcome).toEqual({ kind: "failed" });
  });
});

describe("the attempt", () => {
  test("sends the passphrase once, as a variable", async () => {
    fetched.mockResolvedValue(
      Response.json({ data: { revealTtlSecret: { __typename: "TtlSecretRevealed", value: "v" } } }),
    );
    expect(await revealSecret(LINK, "one-two", still())).toEqual({ kind: "revealed", value: "v" });
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(bodySent().variables).toEqual({ input: { ...LINK, passphrase: "one-two" } });
    expect(bodySent().query).not.toContain("one-two");
  });

  test("parses a rejection whatever its HTTP status", async () => {
    const body = { errors: [{ message: "x", extensions: { code: "RATE_LIMITED", retryAfterSeconds: 9 } }] };
    fetched.mockResolvedValue(Response.json(body, { status: 429 }));
    expect(await revealSecret(LINK, "one-two", still())).toMatchObject({ kind: "refused", waitSeconds: 9 });
  });

  test("is unknown when the network breaks, even if the device is offline by then", async () => {
    fetched.mockImplementation(async () => {
      vi.stubGlobal("navigator", { onLine: false });
      throw new TypeError("network");
    });
    expect(await revealSecret(LINK, "one-two", still())).toEqual({ kind: "unknown" });
  });

  test("is unknown when the response is not JSON", async () => {
    fetched.mockResolvedValue(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    expect(await revealSecret(LINK, "one-two", still())).toEqual({ kind: "unknown" });
  });

  test("is unknown after a minute without a response", async () => {
    vi.useFakeTimers();
    fetched.mockImplementation(hang);
    const settled = vi.fn();
    const outcome = revealSecret(LINK, "one-two", still());
    void outcome.then(settled);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toEqual({ kind: "unknown" });
  });

  test("is aborted when the page is left", async () => {
    fetched.mockImplementation(hang);
    const left = new AbortController();
    const outcome = revealSecret(LINK, "one-two", left.signal);
    left.abort();
    expect(await outcome).toEqual({ kind: "unknown" });
  });
});

function hang(_: unknown, init?: RequestInit): Promise<Response> {
  return new Promise((_, reject) => {
    init?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
  });
}
