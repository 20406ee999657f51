import { describe, expect, it } from "vitest";
import { connect } from "../db/client.ts";
import { listenFailure, StartError, startFailure } from "./start-error.ts";

const failureOf = async (url: string) => {
  const db = connect(url);
  const error = await db.sql`SELECT 1`.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  await db.close();
  return startFailure(error);
};

describe("a failing start", () => {
  it("reports that nothing answers at DATABASE_URL, without repeating its value", async () => {
    const line = await failureOf("postgres://user:CANARY@127.0.0.1:1/db");
    expect(line).toContain("Nothing answers");
    expect(line).not.toContain("CANARY");
  });

  it.each([
    ["25006", /is read-only: .* make it writable\.$/],
    ["3F000", /can't use the schema public, .* Grant it/],
    ["42704", /does not know a setting in the options/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", /certificate .* is not trusted .* sslrootcert=FILE/],
  ])("for %s is one line that says what to do", (code, line) => {
    const error = Object.assign(new Error("CANARY"), { code });
    expect(startFailure(error)).toMatch(line);
  });

  it("describes an unknown error without its message", () => {
    const line = startFailure(new Error("CANARY"));
    expect(line).toMatch(/^TTL Secrets could not start: /);
    expect(line).not.toContain("CANARY");
    expect(line).not.toContain("\n");
  });

  it.each([
    ["EADDRINUSE", /^Port 4000 is in use/],
    ["EACCES", /^Port 4000 may not be used/],
    ["EADDRNOTAVAIL", /^HOST is not an address/],
  ])("for %s is one line that says what to do", (code, line) => {
    const error = listenFailure(Object.assign(new Error(), { code }), { port: 4000, host: "host" });
    expect(error).toBeInstanceOf(StartError);
    expect(error.message).toMatch(line);
  });

  it("returns unknown errors as they are", () => {
    const error = Object.assign(new Error(), { code: "EOTHER" });
    expect(listenFailure(error, { port: 4000, host: "host" })).toBe(error);
  });
});
