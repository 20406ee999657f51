import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseConnectionString } from "./connection.ts";

const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-connection-"));
const pem = join(folder, "root.pem");
const PEM = "-----BEGIN CERTIFICATE-----\n";
writeFileSync(pem, PEM);
afterAll(() => rmSync(folder, { recursive: true }));

const BASE = "postgres://u:p%40w@db.example.com:5432/x";
const parse = (query: string) => parseConnectionString(`${BASE}?${query}`);
const sslOf = (query: string) => parse(query).options.ssl;

describe("a connection string", () => {
  test.each([
    ["Heroku", ""],
    ["Heroku with TLS", "sslmode=no-verify"],
    ["Neon", "sslmode=require&channel_binding=require"],
    ["Neon without SNI", "sslmode=require&options=endpoint%3Dep-cool-darkness-123456"],
    ["Supabase", "pgbouncer=true&connection_limit=1"],
    ["Supabase for Vercel", "sslmode=require&supa=base-pooler.x"],
    ["Prisma", "schema=public&connection_limit=5&pool_timeout=2&connect_timeout=10&statement_cache_size=0"],
    [
      "libpq",
      "connect_timeout=5&application_name=x&keepalives=1&target_session_attrs=read-write&gssencmode=disable",
    ],
  ])("of %s is read", (_of, query) => {
    expect(parse(query).url).toBe(BASE);
  });

  test("says how the certificate is checked", () => {
    expect(sslOf("")).toBeUndefined();
    expect(sslOf("sslmode=disable")).toBe(false);
    expect(sslOf("sslmode=prefer")).toBe("prefer");
    expect(sslOf("sslmode=require")).toBe("require");
    expect(sslOf("ssl=true")).toBe("require");
    expect(sslOf("sslmode=verify-full")).toEqual({ rejectUnauthorized: true });
    // As libpq does.
    expect(sslOf(`sslmode=require&sslrootcert=${pem}`)).toMatchObject({ ca: PEM, rejectUnauthorized: true });
    expect(sslOf(`sslmode=verify-full&sslrootcert=${pem}`)).toEqual({ ca: PEM, rejectUnauthorized: true });
    expect(sslOf("sslrootcert=system")).toEqual({ rejectUnauthorized: true });
    // The driver can't bind channels, so the certificate must be right.
    expect(sslOf("sslmode=require&channel_binding=require")).toEqual({ rejectUnauthorized: true });
  });

  test("says how many connections it allows, and whether it leads to a pooler", () => {
    expect(parse("connection_limit=5").limit).toBe(5);
    expect(parse("pgbouncer=true").isPooler).toBe(true);
    expect(parse("host=/var/run/postgresql&user=me").options).toMatchObject({
      host: "/var/run/postgresql",
      username: "me",
    });
  });

  test.each([
    ["sslrootcert=/nowhere/x.pem&sslmode=require", "sslrootcert", "must name a PEM file"],
    ["schema=app", "schema", "must be public"],
    ["sslmode=verify", "sslmode", "must be disable"],
    ["statement_timeout=0", "statement_timeout", "options=-c"],
    ["bytea_output=escape", "bytea_output", "remove it"],
    ["sslidentity=x.p12", "sslidentity", "remove it"],
    ["target_session_attrs=standby", "target_session_attrs", "must be read-write"],
    ["connection_limit=many", "connection_limit", "must be a whole number"],
    ["gssencmode=require", "gssencmode", "use TLS"],
  ])("with %s is refused in one line that names the parameter and no value", (query, name, todo) => {
    expect(() => parse(query)).toThrow(new RegExp(`^has the parameter ${name}, which .*${todo}`));
    expect(() => parse(query)).not.toThrow(/\n|nowhere|p12|many/);
  });

  test("does not repeat a password that was not percent-encoded", () => {
    expect(() => parseConnectionString("postgres://u:p?CANARY-1@db/x")).toThrow(
      /^(?!.*CANARY).*percent-encode/,
    );
  });
});
