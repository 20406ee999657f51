import { describe, expect, it } from "vitest";
import {
  carriesSession,
  cookiePrefix,
  withPresentCookieNames,
  withPreviousCookieNames,
} from "./cookie-names.ts";

describe("the cookies of a server", () => {
  it.each([
    ["https://secrets.example.com", "__Host-ttl-secrets"],
    ["https://secrets.example.com:8443", "__Host-ttl-secrets-8443"],
    ["http://localhost", "ttl-secrets"],
    ["http://localhost:4000", "ttl-secrets-4000"],
    ["http://localhost:4001", "ttl-secrets-4001"],
  ])("at %s are called %s", (publicUrl, prefix) => expect(cookiePrefix(publicUrl)).toBe(prefix));

  it.each([
    ["https://secrets.example.com", ["__Host-ttl-secrets.a=1; Path=/"], []],
    [
      "https://secrets.example.com:8443",
      ["__Host-ttl-secrets-8443.a=1; Path=/"],
      ["__Host-ttl-secrets.a=1; Path=/"],
    ],
    ["http://localhost:4000", ["ttl-secrets-4000.a=", "other=1"], ["ttl-secrets.a="]],
  ])("at %s are also set under the names of the release before", (publicUrl, set, copies) =>
    expect(withPreviousCookieNames(set, publicUrl)).toEqual([...set, ...copies]),
  );

  it.each([
    ["the old name is read", "a=1; ttl-secrets.session_token=x", "a=1; ttl-secrets-4000.session_token=x"],
    [
      "all old names are",
      "ttl-secrets.session_token=x;ttl-secrets.b=2",
      "ttl-secrets-4000.session_token=x; ttl-secrets-4000.b=2",
    ],
    [
      "the present name comes first",
      "ttl-secrets.session_token=x; ttl-secrets-4000.session_token=y",
      "ttl-secrets.session_token=x; ttl-secrets-4000.session_token=y",
    ],
    [
      "another port's name is not read",
      "ttl-secrets-4001.session_token=x",
      "ttl-secrets-4001.session_token=x",
    ],
    ["a longer name is not read", "x-ttl-secrets.session_token=x", "x-ttl-secrets.session_token=x"],
  ])("at a port of their own: %s", (_what, sent, expected) => {
    const headers = withPresentCookieNames(new Headers({ cookie: sent }), "http://localhost:4000");
    expect(headers.get("cookie")).toBe(expected);
  });

  it("are read as they are at the default port, and where there are none", () => {
    const headers = new Headers({ cookie: "ttl-secrets.session_token=x" });
    expect(withPresentCookieNames(headers, "https://secrets.example.com")).toBe(headers);
    expect(withPresentCookieNames(new Headers(), "http://localhost:4000").get("cookie")).toBeNull();
  });
});

describe("a request carries a session", () => {
  it.each([
    ["ttl-secrets-4000.session_token=x", true],
    ["ttl-secrets.session_token=x", true],
    ["a=b; __Host-ttl-secrets-4000.session_token=x", true],
    ["ttl-secrets-4001.session_token=x", false],
    ["ttl-secrets-4000.device_abc=x", false],
    ["x-ttl-secrets.session_token=x", false],
    ["ttl-secrets-4000xsession_token=x", false],
  ])("of the server at port 4000 by %s: %s", (cookie, expected) => {
    expect(carriesSession(new Headers({ cookie }), "http://localhost:4000")).toBe(expected);
  });
});
