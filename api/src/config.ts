import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { PRODUCT } from "./apps/brand/brand.ts";
import { LogoError, readLogo } from "./apps/brand/logo.ts";
import type { KeyRing } from "./crypto/key-ring.ts";
import { looksRandom } from "./crypto/weak-key.ts";
import { MAKE_A_KEY, parseKeys } from "./key-ring/key-format.ts";
import { LOG_LEVELS } from "./logging/log.ts";
import { SAMPLERS } from "./tracing/samplers.ts";

/** The environment variables are not usable. The message lists every problem and how to mend it. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be a whole number from ${least} to ${most}`);

/** An origin as a URL: scheme, host and port without path, and not a pattern. */
function parseOrigin(text: string): URL | undefined {
  const url = URL.parse(text);
  const isBare = url?.href === `${url?.origin}/` && /^https?:$/.test(url.protocol) && !url.host.includes("*");
  return url && isBare ? url : undefined;
}

const isProtected = (url: URL) => url.protocol === "https:" || isLoopback(url.hostname);

const origin = z.string().transform((text, ctx) => {
  const url = parseOrigin(text);
  if (!url) {
    ctx.addIssue("must be a bare origin such as https://secrets.example.com, without a path");
    return z.NEVER;
  }
  if (!isProtected(url)) {
    ctx.addIssue("must be https:// unless the host is this machine (localhost): people type passwords there");
    return z.NEVER;
  }
  return url.origin;
});

const origins = z.string().transform((text, ctx) =>
  text.split(",").map((part) => {
    const url = parseOrigin(part.trim());
    if (!url || !isProtected(url)) {
      ctx.addIssue(
        "must be https:// origins joined by commas, such as https://dash.example.com, without a path",
      );
      return z.NEVER;
    }
    return url.origin;
  }),
);

const cidrs = z.string().transform((text, ctx) =>
  text.split(",").map((part) => {
    const cidr = part.trim();
    const withPrefix = cidr.includes("/") ? cidr : `${cidr}/${isIP(cidr) === 6 ? 128 : 32}`;
    // `isIP` is stricter about the address: ipaddr also takes 10/8 and octal numbers, and means others by them.
    if (!ipaddr.isValidCIDR(withPrefix) || isIP(withPrefix.replace(/\/.*/, "")) === 0) {
      ctx.addIssue("must be addresses or CIDR ranges joined by commas, such as 10.0.0.0/8,fd00::/8");
      return z.NEVER;
    }
    return withPrefix;
  }),
);

const encryptionKeys = z.string().transform((text, ctx): KeyRing => {
  const { keys, problems } = parseKeys(text);
  for (const problem of problems) ctx.addIssue(problem);
  return { activeKid: keys[0]?.kid ?? "", keys: new Map(keys.map(({ kid, key }) => [kid, key])) };
});

const authSecret = z
  .string()
  .refine(
    (text) => text.length >= 32 && looksRandom(Buffer.from(text)),
    `must be at least 32 random characters; ${MAKE_A_KEY}`,
  );

/** Text of the operator's for the pages: white space around it is dropped. */
const label = (most: number) =>
  z
    .string()
    .refine(
      (text) => [...text].length <= most && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(text),
      `must be 1 to ${most} characters, on one line, without marks that change the writing direction`,
    );

const logo = z.string().transform((path, ctx) => {
  try {
    return readLogo(path);
  } catch (error) {
    if (!(error instanceof LogoError)) throw error;
    ctx.addIssue(error.message);
    return z.NEVER;
  }
});

const databaseUrl = z
  .string()
  .refine(
    (text) => /^postgres(ql)?:\/\/./.test(text) && URL.canParse(text),
    "must be a URL such as postgres://user:password@host/database, special characters percent-encoded",
  );

/** Every variable with its rule; `description` and `fallback` also make the table in the README. */
const variables = z.object({
  PORT: wholeNumber(1, 65_535)
    .default(4000)
    .meta({ description: "TCP port to serve on.", fallback: "`4000`" }),
  HOST: z.string().default("127.0.0.1").meta({
    description: "Address to listen on; `0.0.0.0` for all, behind a TLS proxy.",
    fallback: "`127.0.0.1`",
  }),
  METRICS_PORT: wholeNumber(1, 65_535).optional().meta({
    description: "TCP port for metrics in Prometheus' format, at `/metrics`. Unset: none.",
    fallback: "none",
  }),
  METRICS_HOST: z.string().default("127.0.0.1").meta({
    description: "Address to serve the metrics on. They hold nothing secret, but are nobody's business.",
    fallback: "`127.0.0.1`",
  }),
  DATABASE_URL: databaseUrl.optional().meta({
    description: "Your own PostgreSQL, 14 or newer. Unset: an embedded one, kept under `DATA_DIR`.",
    fallback: "embedded",
  }),
  DATABASE_DIRECT_URL: databaseUrl.optional().meta({
    description:
      "Set where `DATABASE_URL` leads to a pooler in transaction mode: the same database without it, for migrations, `LISTEN` and `pnpm admin`.",
    fallback: "none",
  }),
  DATA_DIR: z.string().default(".data").meta({
    description: "Folder of the embedded database and of the keys made for it.",
    fallback: "`.data`",
  }),
  PUBLIC_URL: origin.optional().meta({
    description: "Origin of the dashboard and API as people see it.",
    fallback: "`http://localhost:$PORT`",
  }),
  REVEAL_URL: origin
    .optional()
    .meta({ description: "Origin that links point to, if it is another one.", fallback: "`PUBLIC_URL`" }),
  CORS_ORIGINS: origins.optional().meta({
    description: "Other origins whose pages may call the API, and act for their signed-in member.",
    fallback: "none",
  }),
  ENCRYPTION_KEYS: encryptionKeys.optional().meta({
    description: "Server keys as `kid:base64,…`, 32 random bytes each; the first seals, all open.",
    fallback: "required with `DATABASE_URL`, else made once",
  }),
  ENCRYPTION_KEYS_FILE: z.string().optional().meta({
    description:
      "Instead of `ENCRYPTION_KEYS`: a file (mode 0600) that holds them, shared by all replicas; read again when it changes. With `KEY_ROTATION=daily` the server makes it at its first start.",
    fallback: "none",
  }),
  KEY_ROTATION: z.enum(["daily", "manual"], "must be daily or manual").optional().meta({
    description:
      "`daily`: this process adds a new key to the file each day and drops old ones; `manual`: `pnpm admin rotate-key` does.",
    fallback: "`daily` with the embedded database, else `manual`",
  }),
  AUTH_SECRET: authSecret.optional().meta({
    description: "Signs session cookies; at least 32 random characters.",
    fallback: "required with `DATABASE_URL`, else made once",
  }),
  SIGN_UP: z.enum(["open", "first", "closed"], "must be open, first or closed").default("first").meta({
    description:
      "Who may create an account. `open`: anyone; `first`: only the very first person; `closed`: nobody.",
    fallback: "`first`",
  }),
  PUBLIC_SIGN_UP: z.literal("yes", "must be yes or unset").optional().meta({
    description:
      "`yes` confirms that with `SIGN_UP=open` anyone who can reach this server may have an account.",
    fallback: "unset",
  }),
  TRUSTED_PROXIES: cidrs.optional().meta({
    description:
      "Addresses of your reverse proxies (CIDRs); only they are believed about a client's address.",
    fallback: "none",
  }),
  BRAND_NAME: label(40)
    .default(PRODUCT.name)
    .meta({ description: "What both apps call themselves.", fallback: `\`${PRODUCT.name}\`` }),
  BRAND_COLOR: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, "must be a colour such as #0a6560")
    .toLowerCase()
    .optional()
    .meta({
      description:
        "Accent of both apps, `#rrggbb`; made darker or lighter where text in it or on it would be hard to read.",
      fallback: `\`${PRODUCT.color}\``,
    }),
  BRAND_LOGO: logo.optional().meta({
    description:
      "File of a square logo, SVG or PNG, of at most 64 KiB; shown in both apps and as their icon.",
    fallback: "a keyhole",
  }),
  RECOGNITION_PHRASE: label(120).optional().meta({
    description:
      "Words that the recipient's page shows under the name, and that senders are told to announce.",
    fallback: "none",
  }),
  SWEEP_INTERVAL_SECONDS: wholeNumber(1, 3600).default(60).meta({
    description: "How often each process removes what has expired.",
    fallback: "`60`",
  }),
  RETENTION_DAYS: wholeNumber(1, 36_500).default(365).meta({
    description: "How long TTL secrets stay in the list once they have ended.",
    fallback: "`365`",
  }),
  AUDIT_RETENTION_DAYS: wholeNumber(30, 36_500).optional().meta({
    description: "How long audit events are kept, 30 days at least. Unset: for good.",
    fallback: "unset",
  }),
  SHUTDOWN_DELAY_SECONDS: wholeNumber(0, 300).default(0).meta({
    description:
      "How long after `SIGTERM` to go on serving while `/readyz` says no; a bit longer than your load balancer takes to notice.",
    fallback: "`0`",
  }),
  RATE_LIMIT_MULTIPLIER: wholeNumber(1, 1_000_000).default(1).meta({
    description: "Multiplies every rate limit; for load tests.",
    fallback: "`1`",
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine(
      (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""),
      "must be an http:// or https:// address",
    )
    .optional()
    .meta({
      description:
        "OpenTelemetry collector to send traces to (OTLP over HTTP, JSON), such as `http://127.0.0.1:4318`. Unset: none are made. `OTEL_EXPORTER_OTLP_HEADERS`, `…_TIMEOUT` and the like, and `OTEL_RESOURCE_ATTRIBUTES`, count as OpenTelemetry has them.",
      fallback: "none",
    }),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .literal("http/json", "must be http/json, which is all that is spoken here, or unset")
    .optional()
    .meta({ description: "How to speak to the collector.", fallback: "`http/json`" }),
  OTEL_SDK_DISABLED: z
    .enum(["true", "false"], "must be true or false")
    .optional()
    .meta({ description: "`true`: no traces, whatever else is set.", fallback: "`false`" }),
  OTEL_SERVICE_NAME: z
    .string()
    .default("ttl-secrets")
    .meta({ description: "What traces call this service.", fallback: "`ttl-secrets`" }),
  OTEL_TRACES_SAMPLER: z
    .enum(SAMPLERS, `must be one of ${SAMPLERS.join(", ")}`)
    .default("parentbased_always_on")
    .meta({
      description: `Which traces are kept: ${SAMPLERS.map((name) => `\`${name}\``).join(", ")}.`,
      fallback: "`parentbased_always_on`",
    }),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/, "must be a number from 0 to 1")
    .transform(Number)
    .default(1)
    .meta({ description: "Which share of them, with `…traceidratio`.", fallback: "`1`" }),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`)
    .default("info")
    .meta({
      description: `How much to log: ${LOG_LEVELS.map((level) => `\`${level}\``).join(", ")}.`,
      fallback: "`info`",
    }),
});

/** The configuration, checked and complete but for keys that an embedded database brings itself. */
export type Config = Readonly<ReturnType<typeof parseConfig>>;

/**
 * Reads the configuration from environment variables. An empty variable counts as unset.
 *
 * @throws ConfigError that lists every problem at once; no value is repeated in it.
 */
export function parseConfig(env: Record<string, string | undefined>) {
  const given = Object.fromEntries(
    Object.keys(variables.shape)
      .map((name) => [name, env[name]?.trim() || undefined])
      .filter(([, value]) => value !== undefined),
  );
  const parsed = variables.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  if (given.DATABASE_URL) {
    if (!given.ENCRYPTION_KEYS && !given.ENCRYPTION_KEYS_FILE) {
      problems.push(
        `ENCRYPTION_KEYS must be set when DATABASE_URL is, or better ENCRYPTION_KEYS_FILE with KEY_ROTATION=daily, a file that the server makes itself; ${MAKE_A_KEY}`,
      );
    }
    if (!given.AUTH_SECRET) problems.push(`AUTH_SECRET must be set when DATABASE_URL is; ${MAKE_A_KEY}`);
  }
  if (given.DATABASE_DIRECT_URL && !given.DATABASE_URL) {
    problems.push(
      "DATABASE_DIRECT_URL is set without DATABASE_URL; without a pooler, set DATABASE_URL alone",
    );
  }
  if (parsed.data && parsed.data.METRICS_PORT === parsed.data.PORT) {
    problems.push("METRICS_PORT must be another port than PORT");
  }
  if (given.ENCRYPTION_KEYS && given.ENCRYPTION_KEYS_FILE) {
    problems.push(
      "ENCRYPTION_KEYS and ENCRYPTION_KEYS_FILE are both set; put all keys in the file, or unset it",
    );
  }
  if (given.ENCRYPTION_KEYS && given.KEY_ROTATION === "daily") {
    problems.push(
      "KEY_ROTATION=daily can't change ENCRYPTION_KEYS; put the keys in a file and set ENCRYPTION_KEYS_FILE",
    );
  }
  if (parsed.data?.SIGN_UP === "open" && !parsed.data.PUBLIC_SIGN_UP && isPublic(parsed.data)) {
    problems.push(
      "SIGN_UP=open lets anyone on the network create an account; set PUBLIC_SIGN_UP=yes if that is meant, or SIGN_UP=first",
    );
  }
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(
      `The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
  const { data } = parsed;
  const publicUrl = data.PUBLIC_URL ?? `http://localhost:${data.PORT}`;
  return Object.freeze({
    port: data.PORT,
    host: data.HOST,
    metricsPort: data.METRICS_PORT,
    metricsHost: data.METRICS_HOST,
    databaseUrl: data.DATABASE_URL,
    databaseDirectUrl: data.DATABASE_DIRECT_URL,
    dataDir: data.DATA_DIR,
    publicUrl,
    revealUrl: data.REVEAL_URL ?? publicUrl,
    corsOrigins: data.CORS_ORIGINS ?? [],
    keyRing: data.ENCRYPTION_KEYS,
    keyFile: data.ENCRYPTION_KEYS_FILE,
    keyRotation: data.KEY_ROTATION ?? (data.DATABASE_URL ? ("manual" as const) : ("daily" as const)),
    authSecret: data.AUTH_SECRET,
    signUp: data.SIGN_UP,
    trustedProxies: data.TRUSTED_PROXIES ?? [],
    brand: {
      name: data.BRAND_NAME,
      color: data.BRAND_COLOR,
      logo: data.BRAND_LOGO,
      recognitionPhrase: data.RECOGNITION_PHRASE,
    },
    sweepIntervalSeconds: data.SWEEP_INTERVAL_SECONDS,
    retention: { secretDays: data.RETENTION_DAYS, auditDays: data.AUDIT_RETENTION_DAYS },
    shutdownDelaySeconds: data.SHUTDOWN_DELAY_SECONDS,
    rateLimitMultiplier: data.RATE_LIMIT_MULTIPLIER,
    tracing:
      data.OTEL_EXPORTER_OTLP_ENDPOINT && data.OTEL_SDK_DISABLED !== "true"
        ? {
            serviceName: data.OTEL_SERVICE_NAME,
            sampler: data.OTEL_TRACES_SAMPLER,
            ratio: data.OTEL_TRACES_SAMPLER_ARG,
          }
        : undefined,
    logLevel: data.LOG_LEVEL,
  });
}

/**
 * What the process runs with, by variable, for the log; of what is a secret or may hold one only whether it is set.
 * PUBLIC_SIGN_UP is left out: it says nothing that SIGN_UP does not. OpenTelemetry's variables come to one entry.
 */
export function effectiveConfig(
  config: Config,
): Record<
  Exclude<keyof typeof variables.shape, "PUBLIC_SIGN_UP" | `OTEL_${string}`> | "traces",
  string | number | string[]
> {
  const isSet = (value: unknown) => (value === undefined ? "unset" : "set");
  const { brand, tracing } = config;
  return {
    PORT: config.port,
    HOST: config.host,
    METRICS_PORT: config.metricsPort ?? "unset",
    METRICS_HOST: config.metricsHost,
    DATABASE_URL: isSet(config.databaseUrl),
    DATABASE_DIRECT_URL: isSet(config.databaseDirectUrl),
    DATA_DIR: config.dataDir,
    PUBLIC_URL: config.publicUrl,
    REVEAL_URL: config.revealUrl,
    CORS_ORIGINS: config.corsOrigins,
    ENCRYPTION_KEYS: isSet(config.keyRing),
    ENCRYPTION_KEYS_FILE: config.keyFile ?? "unset",
    KEY_ROTATION: config.keyRotation,
    AUTH_SECRET: isSet(config.authSecret),
    SIGN_UP: config.signUp,
    TRUSTED_PROXIES: config.trustedProxies,
    BRAND_NAME: brand.name,
    BRAND_COLOR: brand.color ?? "unset",
    BRAND_LOGO: isSet(brand.logo),
    RECOGNITION_PHRASE: isSet(brand.recognitionPhrase),
    SWEEP_INTERVAL_SECONDS: config.sweepIntervalSeconds,
    RETENTION_DAYS: config.retention.secretDays,
    AUDIT_RETENTION_DAYS: config.retention.auditDays ?? "unset",
    SHUTDOWN_DELAY_SECONDS: config.shutdownDelaySeconds,
    RATE_LIMIT_MULTIPLIER: config.rateLimitMultiplier,
    traces: tracing ? `${tracing.sampler}, as ${tracing.serviceName}` : "unset",
    LOG_LEVEL: config.logLevel,
  };
}

/** The variables as a Markdown table for the README. */
export function configTable(): string {
  const rows = Object.entries(variables.shape).map(([name, schema]) => {
    const { description, fallback } = schema.meta() ?? {};
    return `| \`${name}\` | ${String(fallback)} | ${String(description)} |`;
  });
  return ["| variable | default | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Whether others than this machine's users can reach the server, directly or through a proxy. */
function isPublic({ HOST, PUBLIC_URL }: { HOST: string; PUBLIC_URL?: string | undefined }): boolean {
  return !isLoopback(HOST) || (PUBLIC_URL !== undefined && !isLoopback(new URL(PUBLIC_URL).hostname));
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(\.\d+){3}$/.test(host)
  );
}
