/**
 * Every environment variable the server reads. To add one, add a line to `variables` and run `pnpm generate`: its
 * value, its check at start, its line in the log and its row in api/CONFIGURATION.md all come from here.
 */
import { z } from "zod";
import { PRODUCT } from "./apps/brand/brand.ts";
import { LogoError, readLogo } from "./apps/brand/logo.ts";
import type { KeyRing } from "./crypto/key-ring.ts";
import { looksRandom } from "./crypto/weak-key.ts";
import { MAKE_A_KEY, parseKeys } from "./key-ring/key-format.ts";
import { LOG_LEVELS } from "./logging/log.ts";
import {
  choice,
  cidrs,
  collectorUrl,
  databaseUrl,
  label,
  origin,
  origins,
  ratio,
  wholeNumber,
} from "./shared/env-schemas.ts";
import { SAMPLERS } from "./tracing/samplers.ts";

/** An environment variable: how it is read, documented and logged. */
export class Variable<T = unknown> {
  readonly name: string;
  /** Parses the trimmed text; `undefined` stands for an unset or empty variable. */
  readonly schema: z.ZodType<T>;
  /** Markdown, one sentence or more. */
  readonly description: string;
  /** Default as Markdown, for the documentation. */
  readonly fallback: string;
  /** Whether the value must never be logged. */
  readonly isSecret: boolean;

  constructor(variable: Omit<Variable<T>, "fallback"> & { fallback: string | undefined }) {
    const { data } = variable.schema.safeParse(undefined);
    this.name = variable.name;
    this.schema = variable.schema;
    this.description = variable.description;
    this.fallback = variable.fallback ?? (data === undefined ? "none" : `\`${data}\``);
    this.isSecret = variable.isSecret;
  }
}

/** A variable whose value is logged at start. `fallback` documents a default that the schema does not have. */
const plain = <T>(name: string, schema: z.ZodType<T>, description: string, fallback?: string) =>
  new Variable({ name, schema, description, fallback, isSecret: false });

/** A variable that holds, or may hold, a secret: the log says only whether it is set. */
const secret = <T>(name: string, schema: z.ZodType<T>, description: string, fallback?: string) =>
  new Variable({ name, schema, description, fallback, isSecret: true });

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

const color = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i, "must be a colour such as #0a6560")
  .toLowerCase();

const logo = z.string().transform((path, ctx) => {
  try {
    return readLogo(path);
  } catch (error) {
    if (!(error instanceof LogoError)) throw error;
    ctx.addIssue(error.message);
    return z.NEVER;
  }
});

const codes = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(", ");

/** All variables, in the order of the documentation, under the names that `Config` gives their values. */
export const variables = {
  port: plain("PORT", wholeNumber(1, 65_535).default(4000), "TCP port to listen on."),
  host: plain(
    "HOST",
    z.string().default("127.0.0.1"),
    "Address to listen on. `0.0.0.0` listens on all; put a TLS proxy in front.",
  ),
  metricsPort: plain(
    "METRICS_PORT",
    wholeNumber(1, 65_535).optional(),
    "TCP port of the Prometheus metrics, at `/metrics`. Unset: no metrics are served.",
  ),
  metricsHost: plain(
    "METRICS_HOST",
    z.string().default("127.0.0.1"),
    "Address that serves the metrics. They hold no secrets, but should not be public.",
  ),
  databaseUrl: secret(
    "DATABASE_URL",
    databaseUrl.optional(),
    "Your own PostgreSQL, 14 or newer. Unset: the server runs an embedded one under `DATA_DIR`.",
    "embedded",
  ),
  databaseDirectUrl: secret(
    "DATABASE_DIRECT_URL",
    databaseUrl.optional(),
    "Set it when `DATABASE_URL` points to a pooler in transaction mode: the same database without the pooler, for migrations, `LISTEN` and `pnpm admin`.",
  ),
  dataDir: plain(
    "DATA_DIR",
    z.string().default(".data"),
    "Folder of the embedded database and its generated keys.",
  ),
  publicUrl: plain(
    "PUBLIC_URL",
    origin.optional(),
    "Origin of the dashboard and the API, as a browser sees it.",
    "`http://localhost:$PORT`",
  ),
  revealUrl: plain(
    "REVEAL_URL",
    origin.optional(),
    "Origin that links point to, if it is a different one.",
    "`PUBLIC_URL`",
  ),
  corsOrigins: plain(
    "CORS_ORIGINS",
    origins.default([]),
    "Other origins, separated by commas, whose pages may call the API with the session of the signed-in member.",
    "none",
  ),
  keyRing: secret(
    "ENCRYPTION_KEYS",
    encryptionKeys.optional(),
    "Server keys as `kid:base64,…`, 32 random bytes each. The first key encrypts, all of them decrypt.",
    "required with `DATABASE_URL`, otherwise generated once",
  ),
  keyFile: plain(
    "ENCRYPTION_KEYS_FILE",
    z.string().optional(),
    "Instead of `ENCRYPTION_KEYS`: a file with these keys (mode 0600), shared by all replicas and read again when it changes. With `KEY_ROTATION=daily` the server creates it at its first start.",
  ),
  keyRotation: plain(
    "KEY_ROTATION",
    choice(["daily", "manual"]).optional(),
    "`daily`: this process adds a key to the file each day and drops old ones. `manual`: you run `pnpm admin rotate-key`.",
    "`daily` with the embedded database, otherwise `manual`",
  ),
  authSecret: secret(
    "AUTH_SECRET",
    authSecret.optional(),
    "Signs session cookies; at least 32 random characters.",
    "required with `DATABASE_URL`, otherwise generated once",
  ),
  signUp: plain(
    "SIGN_UP",
    choice(["open", "first", "closed"]).default("first"),
    "Who may create an account. `open`: anyone. `first`: the first person only. `closed`: no one.",
  ),
  publicSignUp: plain(
    "PUBLIC_SIGN_UP",
    z.literal("yes", "must be yes or unset").optional(),
    "`yes` confirms that, with `SIGN_UP=open`, anyone who can reach this server may create an account.",
  ),
  hstsSubdomains: plain(
    "HSTS_SUBDOMAINS",
    z.literal("yes", "must be yes or unset").optional(),
    "`yes`: browsers that have seen `PUBLIC_URL` use HTTPS for all its subdomains as well, for two years (`includeSubDomains`). Set it only if all of them have HTTPS.",
  ),
  trustedProxies: plain(
    "TRUSTED_PROXIES",
    cidrs.default([]),
    "Addresses or CIDR ranges of your reverse proxies, separated by commas. Only they may set a client's address.",
    "none",
  ),
  forwardedHeader: plain(
    "FORWARDED_HEADER",
    choice(["x-forwarded-for", "forwarded"]).optional(),
    "The header in which your proxies write the client's address; the other is ignored. Unset: either, but where both name different clients, the proxy's own address counts.",
    "either",
  ),
  brand: {
    name: plain("BRAND_NAME", label(40).default(PRODUCT.name), "Name shown in both apps."),
    color: plain(
      "BRAND_COLOR",
      color.optional(),
      "Accent colour of both apps, `#rrggbb`. It is made darker or lighter where text would be hard to read.",
      `\`${PRODUCT.color}\``,
    ),
    logo: plain(
      "BRAND_LOGO",
      logo.optional(),
      "File of a square logo, SVG or PNG, at most 64 KiB, shown in both apps and as their icon.",
      "a keyhole",
    ),
    recognitionPhrase: secret(
      "RECOGNITION_PHRASE",
      label(120).optional(),
      "Phrase that the recipient's page shows under the name. Senders can announce it beforehand.",
    ),
  },
  sweepIntervalSeconds: plain(
    "SWEEP_INTERVAL_SECONDS",
    wholeNumber(1, 3600).default(60),
    "How often each process removes expired secrets.",
  ),
  retention: {
    secretDays: plain(
      "RETENTION_DAYS",
      wholeNumber(1, 36_500).default(365),
      "How many days a TTL secret stays in the list after it has ended.",
    ),
    auditDays: plain(
      "AUDIT_RETENTION_DAYS",
      wholeNumber(30, 36_500).optional(),
      "How many days audit events are kept, at least 30. Unset: forever.",
    ),
  },
  shutdownDelaySeconds: plain(
    "SHUTDOWN_DELAY_SECONDS",
    wholeNumber(0, 300).default(0),
    "How long to keep serving after `SIGTERM` while `/readyz` fails. Set it slightly above your load balancer's check interval.",
  ),
  rateLimitMultiplier: plain(
    "RATE_LIMIT_MULTIPLIER",
    wholeNumber(1, 1_000_000).default(1),
    "Multiplies every rate limit; for load tests.",
  ),
  openTelemetry: {
    endpoint: secret(
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      collectorUrl.optional(),
      "OpenTelemetry collector that receives traces (OTLP over HTTP, JSON), such as `http://127.0.0.1:4318`. Unset: no traces. `OTEL_EXPORTER_OTLP_HEADERS`, `…_TIMEOUT` and the like, and `OTEL_RESOURCE_ATTRIBUTES`, work as OpenTelemetry defines them.",
    ),
    protocol: plain(
      "OTEL_EXPORTER_OTLP_PROTOCOL",
      z.literal("http/json", "must be http/json, the only supported protocol, or unset").optional(),
      "Protocol of the collector.",
      "`http/json`",
    ),
    disabled: plain(
      "OTEL_SDK_DISABLED",
      choice(["true", "false"]).optional(),
      "`true`: no traces, whatever else is set.",
      "`false`",
    ),
    serviceName: plain(
      "OTEL_SERVICE_NAME",
      z.string().default("ttl-secrets"),
      "Name of this service in traces.",
    ),
    sampler: plain(
      "OTEL_TRACES_SAMPLER",
      choice(SAMPLERS).default("parentbased_always_on"),
      `Which traces are kept: ${codes(SAMPLERS)}.`,
    ),
    ratio: plain(
      "OTEL_TRACES_SAMPLER_ARG",
      ratio.default(1),
      "Share of traces to keep, with a `…traceidratio` sampler.",
    ),
  },
  logLevel: plain("LOG_LEVEL", choice(LOG_LEVELS).default("info"), `Log verbosity: ${codes(LOG_LEVELS)}.`),
};
