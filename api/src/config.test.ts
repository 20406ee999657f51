import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ConfigError, configTable, effectiveConfig, parseConfig } from "./config.ts";
import { Variable, variables } from "./config-variables.ts";

const newKey = () => randomBytes(32).toString("base64");

/** Random-looking bytes that are the same in every run, so that no run fails by chance. */
const sample = (seed: number, length = 32) =>
  createHash("shake256", { outputLength: length }).update(String(seed)).digest();

const DATABASE_URL = "postgres://app:pw@db.example.com:5432/ttl";
const DIRECT_URL = "postgres://app:pw@primary.example.com:5432/ttl";

/** Every variable, read from the definitions, so that no test has to repeat the list. */
const allVariables = Object.values(variables).flatMap((item) =>
  item instanceof Variable ? [item] : Object.values<Variable>(item),
);

/** Problems of a refused configuration; empty when it is accepted. */
function problemsOf(env: Record<string, string | undefined>): string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [title, ...problems] = error.message.split("\n");
    expect(title).toBe("The configuration is not usable:");
    return problems.map((line) => line.replace(/^ {2}- /, ""));
  }
}

/** Whether the configuration is valid with this one variable set. */
const accepts = (name: string, value: string) => problemsOf({ [name]: value }).length === 0;

describe("an empty environment", () => {
  test("yields the documented defaults", () => {
    expect(parseConfig({})).toEqual({
      port: 4000,
      host: "127.0.0.1",
      metricsPort: undefined,
      metricsHost: "127.0.0.1",
      databaseUrl: undefined,
      databaseDirectUrl: undefined,
      dataDir: ".data",
      publicUrl: "http://localhost:4000",
      isPublic: false,
      revealUrl: "http://localhost:4000",
      corsOrigins: [],
      keyRing: undefined,
      keyFile: undefined,
      keyRotation: "daily",
      authSecret: undefined,
      signUp: "first",
      trustedProxies: [],
      forwardedHeader: undefined,
      brand: { name: "TTL Secrets", color: undefined, logo: undefined, recognitionPhrase: undefined },
      sweepIntervalSeconds: 60,
      retention: { secretDays: 365, auditDays: undefined },
      shutdownDelaySeconds: 0,
      rateLimitMultiplier: 1,
      openTelemetry: { serviceName: "ttl-secrets", sampler: "parentbased_always_on", ratio: 1 },
      logLevel: "info",
    });
  });

  test.each(["", " ", "\t"])("equals one in which every variable is blank (%j)", (blank) => {
    const env = Object.fromEntries(allVariables.map(({ name }) => [name, blank]));
    expect(parseConfig(env)).toEqual(parseConfig({}));
  });

  test("ignores variables of other programs", () => {
    expect(parseConfig({ PATH: "/bin", port: "1", NODE_ENV: "production" })).toEqual(parseConfig({}));
  });
});

describe("a configuration", () => {
  test("keeps values as set, trimmed", () => {
    const [first, second, secret] = [newKey(), newKey(), newKey()];
    const config = parseConfig({
      PORT: " 8080 ",
      HOST: "0.0.0.0",
      METRICS_PORT: "9100",
      METRICS_HOST: "::1",
      DATABASE_URL,
      DATABASE_DIRECT_URL: DIRECT_URL,
      DATA_DIR: "/var/lib/ttl secrets",
      PUBLIC_URL: "https://secrets.example.com",
      REVEAL_URL: "https://open.example.com",
      CORS_ORIGINS: "https://dash.example.com, http://localhost:5173",
      ENCRYPTION_KEYS: `2026:${first}, 2025:${second}`,
      AUTH_SECRET: secret,
      SIGN_UP: "closed",
      HSTS_SUBDOMAINS: "yes",
      TRUSTED_PROXIES: "10.0.0.0/8, ::1",
      FORWARDED_HEADER: "forwarded",
      BRAND_NAME: "Müller & Söhne",
      BRAND_COLOR: "#AA00FF",
      RECOGNITION_PHRASE: " blue heron at noon ",
      SWEEP_INTERVAL_SECONDS: "5",
      RETENTION_DAYS: "90",
      AUDIT_RETENTION_DAYS: "400",
      SHUTDOWN_DELAY_SECONDS: "7",
      RATE_LIMIT_MULTIPLIER: "100",
      LOG_LEVEL: "trace",
    });
    expect(config).toEqual({
      port: 8080,
      host: "0.0.0.0",
      metricsPort: 9100,
      metricsHost: "::1",
      databaseUrl: DATABASE_URL,
      databaseDirectUrl: DIRECT_URL,
      dataDir: "/var/lib/ttl secrets",
      publicUrl: "https://secrets.example.com",
      isPublic: true,
      revealUrl: "https://open.example.com",
      corsOrigins: ["https://dash.example.com", "http://localhost:5173"],
      keyRing: {
        activeKid: "2026",
        keys: new Map([
          ["2026", Buffer.from(first, "base64")],
          ["2025", Buffer.from(second, "base64")],
        ]),
      },
      keyFile: undefined,
      keyRotation: "manual",
      authSecret: secret,
      signUp: "closed",
      hstsSubdomains: "yes",
      trustedProxies: ["10.0.0.0/8", "::1/128"],
      forwardedHeader: "forwarded",
      brand: {
        name: "Müller & Söhne",
        color: "#aa00ff",
        logo: undefined,
        recognitionPhrase: "blue heron at noon",
      },
      sweepIntervalSeconds: 5,
      retention: { secretDays: 90, auditDays: 400 },
      shutdownDelaySeconds: 7,
      rateLimitMultiplier: 100,
      openTelemetry: { serviceName: "ttl-secrets", sampler: "parentbased_always_on", ratio: 1 },
      logLevel: "trace",
    });
  });

  test("is frozen", () => {
    expect(Object.isFrozen(parseConfig({}))).toBe(true);
  });

  test("derives PUBLIC_URL from PORT, and REVEAL_URL from PUBLIC_URL", () => {
    expect(parseConfig({ PORT: "8080" })).toMatchObject({
      publicUrl: "http://localhost:8080",
      revealUrl: "http://localhost:8080",
    });
    expect(parseConfig({ PUBLIC_URL: "https://secrets.example.com" })).toMatchObject({
      revealUrl: "https://secrets.example.com",
    });
  });
});

describe("an unusable configuration", () => {
  const wrong = {
    PORT: "sentinel-1",
    METRICS_PORT: "sentinel-16",
    DATABASE_URL: "sentinel-2",
    DATABASE_DIRECT_URL: "sentinel-17",
    PUBLIC_URL: "sentinel-3",
    REVEAL_URL: "http://sentinel-4.example",
    ENCRYPTION_KEYS: "k1:sentinel-5",
    AUTH_SECRET: "sentinel-6",
    SIGN_UP: "sentinel-7",
    TRUSTED_PROXIES: "sentinel-8",
    FORWARDED_HEADER: "sentinel-18",
    BRAND_NAME: "sentinel\n12",
    BRAND_COLOR: "sentinel-13",
    BRAND_LOGO: "/nowhere/sentinel-14",
    RECOGNITION_PHRASE: "sentinel-15".repeat(20),
    SWEEP_INTERVAL_SECONDS: "sentinel-9",
    RATE_LIMIT_MULTIPLIER: "sentinel-10",
    LOG_LEVEL: "sentinel-11",
  };

  test("is refused with every problem at once, each with the name of its variable", () => {
    expect(problemsOf(wrong).map((problem) => problem.split(" ")[0])).toEqual(Object.keys(wrong));
  });

  test("is refused without repeating any of its values", () => {
    expect(problemsOf(wrong).join("\n")).not.toMatch(/sentinel/);
  });

  test("is refused without repeating a key, even when only one character of the ring is wrong", () => {
    const key = newKey();
    const problems = problemsOf({ ENCRYPTION_KEYS: `k1:${key},k1:${key},k2:${key}x`, AUTH_SECRET: "short" });
    expect(problems.join("\n")).not.toContain(key.slice(0, 8));
    expect(problems.length).toBeGreaterThan(1);
  });

  test("says how to make a missing key, among the other problems", () => {
    const problems = problemsOf({ DATABASE_URL, PORT: "0" });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(/^PORT /);
    expect(problems[1]).toMatch(/^ENCRYPTION_KEYS must be set .*openssl rand -base64 32$/);
    expect(problems[2]).toMatch(/^AUTH_SECRET must be set .*openssl rand -base64 32$/);
  });
});

describe("with DATABASE_URL, both keys", () => {
  const keys = () => ({ ENCRYPTION_KEYS: `k1:${newKey()}`, AUTH_SECRET: newKey() });

  test("are the only required variables", () => {
    expect(problemsOf({ DATABASE_URL, ...keys() })).toEqual([]);
  });

  test.each(["ENCRYPTION_KEYS", "AUTH_SECRET"])("are required: a missing or blank %s is refused", (name) => {
    for (const missing of [undefined, "", "  "]) {
      expect(problemsOf({ DATABASE_URL, ...keys(), [name]: missing })).toEqual([
        expect.stringMatching(new RegExp(`^${name} must be set when DATABASE_URL is`)),
      ]);
    }
  });

  test("are optional without it, because the embedded database generates its own", () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ AUTH_SECRET: newKey() })).toEqual([]);
  });

  test.each(["postgres://localhost/x", "postgresql://u:p@[::1]:5432/x?sslmode=require"])(
    "is accepted as %s",
    (url) => {
      expect(problemsOf({ DATABASE_URL: url, ...keys() })).toEqual([]);
    },
  );

  test("is refused with a parameter that is not supported, which the message names", () => {
    expect(problemsOf({ DATABASE_URL: `${DATABASE_URL}?bytea_output=escape`, ...keys() })).toEqual([
      expect.stringMatching(/^DATABASE_URL has the parameter bytea_output, which is not supported/),
    ]);
  });

  test.each(["mysql://localhost/x", "localhost:5432/x", "postgres://", "jdbc:postgresql://localhost/x"])(
    "is refused as %s",
    (url) => {
      expect(problemsOf({ DATABASE_URL: url, ...keys() })).toEqual([expect.stringMatching(/^DATABASE_URL /)]);
    },
  );
});

describe("DATABASE_DIRECT_URL", () => {
  test("is required when DATABASE_URL says that it leads to a pooler, and must not lead to one", () => {
    const keys = { ENCRYPTION_KEYS: `k1:${newKey()}`, AUTH_SECRET: newKey() };
    const pooler = `${DATABASE_URL}?pgbouncer=true&connection_limit=1`;
    expect(problemsOf({ DATABASE_URL: pooler, ...keys })).toEqual([
      expect.stringMatching(/^DATABASE_URL has the parameter pgbouncer=true.* set DATABASE_DIRECT_URL/),
    ]);
    expect(problemsOf({ DATABASE_URL: pooler, DATABASE_DIRECT_URL: DIRECT_URL, ...keys })).toEqual([]);
    expect(problemsOf({ DATABASE_URL, DATABASE_DIRECT_URL: pooler, ...keys })).toEqual([
      expect.stringMatching(/^DATABASE_DIRECT_URL has the parameter pgbouncer=true/),
    ]);
  });

  test("names the database behind the pooler of DATABASE_URL, and is refused without it", () => {
    const keys = { ENCRYPTION_KEYS: `k1:${newKey()}`, AUTH_SECRET: newKey() };
    expect(problemsOf({ DATABASE_URL, DATABASE_DIRECT_URL: DIRECT_URL, ...keys })).toEqual([]);
    expect(problemsOf({ DATABASE_DIRECT_URL: DIRECT_URL, ...keys })).toEqual([
      expect.stringMatching(/^DATABASE_DIRECT_URL is set without DATABASE_URL/),
    ]);
  });
});

describe("ENCRYPTION_KEYS", () => {
  const key = newKey();

  test("accepts kids of 1 to 32 letters, digits, hyphens and underscores", () => {
    for (const kid of ["k", "2026-01_B", "x".repeat(32)]) {
      expect(accepts("ENCRYPTION_KEYS", `${kid}:${key}`)).toBe(true);
    }
  });

  test("makes the first key active and keeps the others for decryption", () => {
    const { keyRing } = parseConfig({ ENCRYPTION_KEYS: `b:${newKey()},a:${newKey()},c:${newKey()}` });
    expect(keyRing?.activeKid).toBe("b");
    expect([...(keyRing?.keys.keys() ?? [])]).toEqual(["b", "a", "c"]);
  });

  test.each([
    ["no kid", key],
    ["an empty kid", `:${key}`],
    ["a kid of 33 characters", `${"x".repeat(33)}:${key}`],
    ["a kid with a dot", `k.1:${key}`],
    ["no key", "k1:"],
    ["31 bytes", `k1:${randomBytes(31).toString("base64")}`],
    ["33 bytes", `k1:${randomBytes(33).toString("base64")}`],
    ["16 bytes, which would be AES-128", `k1:${randomBytes(16).toString("base64")}`],
    ["hexadecimal", `k1:${randomBytes(32).toString("hex")}`],
    ["base64 without its padding", `k1:${key.slice(0, -1)}`],
    ["characters that are not base64", `k1:${"!".repeat(43)}=`],
    ["an empty entry at the end", `k1:${key},`],
    ["an empty entry at the beginning", `,k1:${key}`],
    ["a semicolon for the comma", `k1:${key};k2:${newKey()}`],
    ["a good key before a bad one", `k1:${key},k2:bad`],
  ])("is refused with %s", (_, value) => {
    expect(problemsOf({ ENCRYPTION_KEYS: value })).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEYS must be kid:base64 pairs .*openssl rand -base64 32$/),
    ]);
  });

  const asKey = (bytes: Iterable<number> | string) =>
    `k1:${(typeof bytes === "string" ? Buffer.from(bytes) : Buffer.from([...bytes])).toString("base64")}`;
  test.each([
    ["zeros", asKey(new Uint8Array(32))],
    ["one byte repeated", asKey(new Uint8Array(32).fill(0xa5))],
    ["two bytes alternating", asKey(Array.from({ length: 32 }, (_, i) => i % 2))],
    ["eight bytes, four times", asKey(Array.from({ length: 32 }, (_, i) => (i % 8) * 31))],
    ["sixteen bytes, twice", asKey(Buffer.concat([sample(1, 16), sample(1, 16)]))],
    ["the numbers from 0 to 31", asKey(Array.from({ length: 32 }, (_, i) => i))],
    ["the numbers from 31 down to 0", asKey(Array.from({ length: 32 }, (_, i) => 31 - i))],
    ["the numbers from 1 to 32", asKey(Array.from({ length: 32 }, (_, i) => i + 1))],
    ["hexadecimal digits in order, twice", asKey("0123456789abcdef0123456789abcdef")],
    ["the alphabet", asKey("abcdefghijklmnopqrstuvwxyz012345")],
    ["a sentence", asKey("please change this key right now")],
    ["a word repeated", asKey("passwordpasswordpasswordpassword")],
  ])("is refused with a key that is not random: %s", (_, value) => {
    expect(problemsOf({ ENCRYPTION_KEYS: value })).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEYS has a key that is not random/),
    ]);
  });

  test("is refused when any of its keys is weak, not only the first", () => {
    const weak = Buffer.alloc(32, 1).toString("base64");
    expect(accepts("ENCRYPTION_KEYS", `k1:${key},k2:${weak}`)).toBe(false);
  });

  test("is refused with the same kid twice", () => {
    expect(problemsOf({ ENCRYPTION_KEYS: `k1:${key},k1:${newKey()}` })).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEYS names the same kid twice/),
    ]);
  });

  test("is refused with the same key under two kids, in any base64 spelling", () => {
    const problem = [expect.stringMatching(/^ENCRYPTION_KEYS holds the same key twice/)];
    expect(problemsOf({ ENCRYPTION_KEYS: `k1:${key},k2:${key}` })).toEqual(problem);
    // The last character before the padding carries two unused bits.
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const last = alphabet.indexOf(key.charAt(42));
    const respelt = `${key.slice(0, 42)}${alphabet[last ^ 1]}=`;
    expect(accepts("ENCRYPTION_KEYS", `k1:${key},k2:${respelt}`)).toBe(false);
  });

  test("accepts any random key", () => {
    const keys = Array.from({ length: 1000 }, (_, seed) => sample(seed).toString("base64"));
    expect(keys.filter((key) => !accepts("ENCRYPTION_KEYS", `k1:${key}`))).toHaveLength(0);
  });
});

describe("the brand", () => {
  test.each([
    ["BRAND_NAME", "N", true],
    ["BRAND_NAME", "🦊".repeat(40), true],
    ["BRAND_NAME", "x".repeat(41), false],
    ["BRAND_NAME", `<b onclick="x">&amp; 'Co'`, true],
    ["BRAND_NAME", "two\u2028lines", false],
    ["RECOGNITION_PHRASE", "ç".repeat(120), true],
    ["RECOGNITION_PHRASE", "x".repeat(121), false],
    ["RECOGNITION_PHRASE", "right to left \u202e", false],
    ["RECOGNITION_PHRASE", "a\ttab", false],
    ["BRAND_COLOR", "#0A6560", true],
    ["BRAND_COLOR", "#fff", false],
    ["BRAND_COLOR", "#0a6560ff", false],
    ["BRAND_COLOR", "teal", false],
    ["BRAND_COLOR", "#0a6560}*{color:red", false],
    ["BRAND_LOGO", "/nowhere/logo.svg", false],
    ["BRAND_LOGO", "/dev/zero", false],
    ["BRAND_LOGO", "/", false],
  ])("accepts %s %j: %s", (name, value, expected) => {
    expect(accepts(name, value)).toBe(expected);
  });
});

describe("ENCRYPTION_KEYS_FILE", () => {
  const file = "/etc/ttl-secrets/keys";

  test("replaces ENCRYPTION_KEYS, and is refused together with it", () => {
    const rest = { DATABASE_URL, AUTH_SECRET: newKey(), ENCRYPTION_KEYS_FILE: file };
    expect(parseConfig(rest)).toMatchObject({ keyFile: file, keyRing: undefined });
    expect(problemsOf({ ...rest, ENCRYPTION_KEYS: `k1:${newKey()}` })).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEYS and ENCRYPTION_KEYS_FILE are both set/),
    ]);
  });

  test("is rotated manually with DATABASE_URL, unless KEY_ROTATION is daily", () => {
    const rest = { DATABASE_URL, AUTH_SECRET: newKey(), ENCRYPTION_KEYS_FILE: file };
    expect(parseConfig(rest).keyRotation).toBe("manual");
    expect(parseConfig({ ...rest, KEY_ROTATION: "daily" }).keyRotation).toBe("daily");
    expect(parseConfig({ KEY_ROTATION: "manual" }).keyRotation).toBe("manual");
    expect(problemsOf({ KEY_ROTATION: "weekly" })).toEqual(["KEY_ROTATION must be daily or manual"]);
  });

  test("is required for daily rotation, which cannot change the environment", () => {
    expect(problemsOf({ ENCRYPTION_KEYS: `k1:${newKey()}`, KEY_ROTATION: "daily" })).toEqual([
      expect.stringMatching(/^KEY_ROTATION=daily can't change ENCRYPTION_KEYS/),
    ]);
  });
});

describe("AUTH_SECRET", () => {
  const refusedOf = (encode: (seed: number) => string) =>
    Array.from({ length: 300 }, (_, seed) => encode(seed)).filter(
      (secret) => !accepts("AUTH_SECRET", secret),
    );

  test("accepts any 32 random bytes in base64, as `openssl rand -base64 32` prints them", () => {
    expect(refusedOf((seed) => sample(seed).toString("base64"))).toHaveLength(0);
  });

  test("accepts any 32 random base64url characters", () => {
    expect(refusedOf((seed) => sample(seed, 24).toString("base64url"))).toHaveLength(0);
  });

  // 64 random hexadecimal digits lack one of the sixteen in about one case of four.
  test("accepts any 32 random bytes in hexadecimal, as `openssl rand -hex 32` prints them", () => {
    expect(refusedOf((seed) => sample(seed).toString("hex"))).toHaveLength(0);
  });

  test.each([
    ["31 characters", randomBytes(32).toString("base64").slice(0, 31)],
    ["one character repeated", "x".repeat(64)],
    ["a word repeated", "secret".repeat(10)],
    ["a placeholder from tutorials", "changeme-changeme-changeme-changeme"],
    ["the alphabet", "abcdefghijklmnopqrstuvwxyz0123456789"],
    ["hexadecimal digits in order, twice", "0123456789abcdef0123456789abcdef"],
  ])("is refused when it is %s", (_, secret) => {
    expect(problemsOf({ AUTH_SECRET: secret })).toEqual([
      expect.stringMatching(/^AUTH_SECRET must be at least 32 random characters; .*openssl rand -base64 32$/),
    ]);
  });
});

describe.each(["PUBLIC_URL", "REVEAL_URL"])("%s", (name) => {
  test.each([
    ["https://secrets.example.com", "https://secrets.example.com"],
    ["https://secrets.example.com/", "https://secrets.example.com"],
    ["https://secrets.example.com:8443", "https://secrets.example.com:8443"],
    ["https://secrets.example.com:443", "https://secrets.example.com"],
    ["HTTPS://Secrets.Example.COM", "https://secrets.example.com"],
    ["https://192.0.2.1", "https://192.0.2.1"],
    ["https://[2001:db8::1]", "https://[2001:db8::1]"],
    ["http://localhost:4000", "http://localhost:4000"],
    ["http://app.localhost", "http://app.localhost"],
    ["http://127.0.0.1:4000", "http://127.0.0.1:4000"],
    ["http://127.9.9.9", "http://127.9.9.9"],
    ["http://[::1]:4000", "http://[::1]:4000"],
  ])("accepts %s", (value, expected) => {
    const config = parseConfig({ [name]: value });
    expect(name === "PUBLIC_URL" ? config.publicUrl : config.revealUrl).toBe(expected);
  });

  test.each([
    "secrets.example.com",
    "//secrets.example.com",
    "https://",
    "ftp://secrets.example.com",
    "javascript:alert(1)",
    "https://secrets.example.com/app",
    "https://secrets.example.com/?a=b",
    "https://secrets.example.com/#a",
    "https://user@secrets.example.com",
    "https://user:pw@secrets.example.com/",
    "https://secrets.example.com https://other.example.com",
  ])("is refused when it is not a bare origin: %s", (value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name} must be a bare origin`)]);
  });

  test.each([
    "http://secrets.example.com",
    "http://192.0.2.1:4000",
    "http://10.0.0.1",
    "http://0.0.0.0:4000",
    "http://[2001:db8::1]",
    "http://localhost.example.com",
    "http://notlocalhost",
    "http://128.0.0.1",
    "http://127.example.com",
    "http://127.0.0.1.nip.io",
  ])("is refused with http:// on another machine: %s", (value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name} must be https://`)]);
  });
});

test.each([
  [{}, false],
  [{ HOST: "::1", PUBLIC_URL: "http://127.0.0.1:4000" }, false],
  [{ HOST: "0.0.0.0" }, true],
  [{ PUBLIC_URL: "https://secrets.example.com" }, true],
])(
  "`isPublic` says whether other machines can reach the server, also through a proxy: %j",
  (env, expected) => {
    expect(parseConfig(env).isPublic).toBe(expected);
  },
);

describe("TRUSTED_PROXIES", () => {
  test.each([
    ["10.0.0.0/8", ["10.0.0.0/8"]],
    ["192.0.2.1", ["192.0.2.1/32"]],
    ["2001:db8::1", ["2001:db8::1/128"]],
    ["fd00::/8", ["fd00::/8"]],
    ["0.0.0.0/0", ["0.0.0.0/0"]],
    ["10.0.0.0/8 ,192.0.2.1,  fd00::/8", ["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"]],
  ])("accepts %s", (value, expected) => {
    expect(parseConfig({ TRUSTED_PROXIES: value }).trustedProxies).toEqual(expected);
  });

  test.each([
    "proxy",
    "*",
    "true",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "/8",
    "10.0.0.256/24",
    "10.0.0.0/255.0.0.0",
    "fd00::/129",
    "10.0.0.0/8,",
    "10.0.0.0/8 fd00::/8",
    "10.0.0.0/8,proxy",
  ])("is refused as %s", (value) => {
    expect(problemsOf({ TRUSTED_PROXIES: value })).toEqual([
      expect.stringMatching(/^TRUSTED_PROXIES must be /),
    ]);
  });

  // `10/8` would be read as 0.0.0.10/8 and `010.0.0.0` as 8.0.0.0, networks that the operator did not mean.
  test.each(["10/8", "10.1/16", "010.0.0.0/8", "0xa000000/8", "10"])(
    "is refused in short, octal and hexadecimal spellings: %s",
    (value) => {
      expect(accepts("TRUSTED_PROXIES", value)).toBe(false);
    },
  );
});

describe("a numeric variable", () => {
  test.each([
    ["PORT", 1, 65_535],
    ["SWEEP_INTERVAL_SECONDS", 1, 3600],
    ["SHUTDOWN_DELAY_SECONDS", 0, 300],
    ["RETENTION_DAYS", 1, 36_500],
    ["AUDIT_RETENTION_DAYS", 30, 36_500],
    ["RATE_LIMIT_MULTIPLIER", 1, 1_000_000],
  ])("%s is a whole number from %i to %i", (name, least, most) => {
    for (const value of [least, most]) expect(accepts(name, String(value))).toBe(true);
    const wrong = [least - 1, -1, most + 1, "1.5", "1e3", "0x10", "+1", "12a", "NaN", "1 2", "9".repeat(30)];
    for (const value of wrong) {
      expect(problemsOf({ [name]: String(value) })).toEqual([
        `${name} must be a whole number from ${least} to ${most}`,
      ]);
    }
  });
});

describe("a variable with fixed values", () => {
  test.each([
    ["SIGN_UP", ["open", "first", "closed"]],
    ["LOG_LEVEL", ["silent", "fatal", "error", "warn", "info", "debug", "trace"]],
    ["OTEL_SDK_DISABLED", ["true", "false"]],
    ["OTEL_TRACES_SAMPLER", ["always_on", "always_off", "traceidratio", "parentbased_traceidratio"]],
  ])("%s accepts %j only", (name, choices) => {
    for (const choice of choices) expect(accepts(name, choice)).toBe(true);
    for (const wrong of ["yes", choices[0]?.toUpperCase() ?? "", choices.join(",")]) {
      expect(problemsOf({ [name]: wrong })).toEqual([expect.stringMatching(`^${name} must be `)]);
    }
  });
});

test("the configuration table has a row for every variable, with its default and meaning", () => {
  const [head, rule, ...rows] = configTable().split("\n");
  expect([head, rule]).toEqual(["| variable | default | meaning |", "| --- | --- | --- |"]);
  expect(rows.map((row) => /^\| `([A-Z_]+)` \| [^|]+ \| [^|]+\. \|$/.exec(row)?.[1])).toEqual(
    allVariables.map(({ name }) => name),
  );
  expect(configTable()).not.toContain("undefined");
});

describe("CORS_ORIGINS", () => {
  test.each([
    "*",
    "null",
    "https://dash.example.com/app",
    "http://dash.example.com",
    "https://*.example.com",
    "dash.example.com",
    "https://a.example,,https://b.example",
  ])("refuses %s", (value) => {
    expect(accepts("CORS_ORIGINS", value)).toBe(false);
  });
});

describe("sign-up open to anyone", () => {
  const network = { HOST: "0.0.0.0", SIGN_UP: "open" };
  test.each([
    ["on an address that others can reach", network],
    ["behind a proxy", { SIGN_UP: "open", PUBLIC_URL: "https://secrets.example.com" }],
  ])("is refused %s, unless PUBLIC_SIGN_UP confirms it", (_where, env) => {
    expect(problemsOf(env)).toEqual([expect.stringContaining("PUBLIC_SIGN_UP=yes")]);
    expect(problemsOf({ ...env, PUBLIC_SIGN_UP: "yes" })).toEqual([]);
  });

  test.each([{ SIGN_UP: "open" }, { SIGN_UP: "open", HOST: "::1" }, { SIGN_UP: "first", HOST: "0.0.0.0" }])(
    "needs no confirmation on this machine or with other settings: %j",
    (env) => {
      expect(problemsOf(env)).toEqual([]);
    },
  );
});

describe("the logged configuration", () => {
  const secrets = {
    DATABASE_URL,
    DATABASE_DIRECT_URL: DIRECT_URL,
    ENCRYPTION_KEYS: `k1:${sample(1).toString("base64")}`,
    AUTH_SECRET: sample(2).toString("base64"),
    RECOGNITION_PHRASE: "blue heron",
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://user:canary@otlp.example.com",
  };

  test("names every variable", () => {
    expect(Object.keys(effectiveConfig(parseConfig({})))).toEqual(allVariables.map(({ name }) => name));
  });

  test("says of a secret only whether it is set", () => {
    const shown = effectiveConfig(parseConfig({ ...secrets, PORT: "4123" }));
    expect(shown).toMatchObject({ PORT: 4123, PUBLIC_URL: "http://localhost:4123", BRAND_LOGO: "unset" });
    for (const [name, value] of Object.entries(secrets)) {
      expect(shown[name], name).toBe("set");
      expect(JSON.stringify(shown)).not.toContain(value.slice(3));
    }
    expect(effectiveConfig(parseConfig({})).DATABASE_URL).toBe("unset");
  });

  test("treats every variable as secret whose name suggests a key, secret, password, token or database", () => {
    const suspicious = allVariables.filter(({ name }) =>
      /(KEYS?|SECRET|PASSWORD|TOKEN|PHRASE|DATABASE.*_URL|ENDPOINT)$/.test(name),
    );
    expect(suspicious.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(secrets)));
    for (const { name, isSecret } of suspicious) expect(isSecret, name).toBe(true);
  });
});

describe("traces", () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };

  test("are sent when an endpoint is set, and not when they are disabled", () => {
    expect(parseConfig({ OTEL_SERVICE_NAME: "x", OTEL_TRACES_SAMPLER: "always_on" }).tracing).toBeUndefined();
    expect(parseConfig({ ...endpoint, OTEL_SDK_DISABLED: "true" }).tracing).toBeUndefined();
    expect(parseConfig({ ...endpoint, OTEL_TRACES_SAMPLER_ARG: "0.25" }).tracing).toEqual({
      serviceName: "ttl-secrets",
      sampler: "parentbased_always_on",
      ratio: 0.25,
    });
  });

  test("go to an HTTP address, in JSON, with a ratio from 0 to 1", () => {
    for (const wrong of ["127.0.0.1:4318", "grpc://127.0.0.1:4317", "on"]) {
      expect(accepts("OTEL_EXPORTER_OTLP_ENDPOINT", wrong)).toBe(false);
    }
    for (const wrong of ["grpc", "http/protobuf"]) {
      expect(accepts("OTEL_EXPORTER_OTLP_PROTOCOL", wrong)).toBe(false);
    }
    for (const wrong of ["1.1", "-0.1", ".5", "10%"]) {
      expect(accepts("OTEL_TRACES_SAMPLER_ARG", wrong)).toBe(false);
    }
    expect(problemsOf({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" })).toEqual([]);
  });

  test("are logged without the endpoint, which may contain a password", () => {
    const shown = effectiveConfig(
      parseConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: "https://u:canary@otlp.example.com" }),
    );
    expect(shown).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: "set",
      OTEL_TRACES_SAMPLER: "parentbased_always_on",
      OTEL_SERVICE_NAME: "ttl-secrets",
    });
    expect(JSON.stringify(shown)).not.toContain("canary");
  });
});

test("the metrics port must differ from PORT", () => {
  expect(problemsOf({ PORT: "4001", METRICS_PORT: "4001" })).toEqual(["METRICS_PORT must differ from PORT"]);
  expect(problemsOf({ PORT: "4001", METRICS_PORT: "4002" })).toEqual([]);
});
