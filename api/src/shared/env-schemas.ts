/** Schemas for the text of environment variables. Messages follow the variable's name and never repeat the value. */
import { isIP } from "node:net";
import { ConnectionStringError, parseConnectionString } from "@ttl-secrets/drizzle/connection";
import ipaddr from "ipaddr.js";
import { z } from "zod";

export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be a whole number from ${least} to ${most}`);

export const choice = <const T extends readonly [string, ...string[]]>(choices: T) =>
  z.enum(choices, `must be ${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`);

/** Whether a host name or address is this machine's own. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(\.\d+){3}$/.test(host)
  );
}

/** Scheme, host and port of a URL without a path or a wildcard; otherwise undefined. */
function parseOrigin(text: string): URL | undefined {
  const url = URL.parse(text);
  const isBare = url?.href === `${url?.origin}/` && /^https?:$/.test(url.protocol) && !url.host.includes("*");
  return url && isBare ? url : undefined;
}

const isProtected = (url: URL) => url.protocol === "https:" || isLoopback(url.hostname);

export const origin = z.string().transform((text, ctx) => {
  const url = parseOrigin(text);
  if (url && isProtected(url)) return url.origin;
  ctx.addIssue(
    url
      ? "must be https:// unless the host is this machine (localhost): people type passwords there"
      : "must be a bare origin such as https://secrets.example.com, without a path",
  );
  return z.NEVER;
});

export const origins = z.string().transform((text, ctx) =>
  text.split(",").map((part) => {
    const url = parseOrigin(part.trim());
    if (url && isProtected(url)) return url.origin;
    ctx.addIssue(
      "must be https:// origins separated by commas, such as https://dash.example.com, without a path",
    );
    return z.NEVER;
  }),
);

export const cidrs = z.string().transform((text, ctx) =>
  text.split(",").map((part) => {
    const cidr = part.trim();
    const withPrefix = cidr.includes("/") ? cidr : `${cidr}/${isIP(cidr) === 6 ? 128 : 32}`;
    // `isIP` is stricter: ipaddr.js also accepts 10/8 and octal numbers, and reads them as other addresses.
    if (!ipaddr.isValidCIDR(withPrefix) || isIP(withPrefix.replace(/\/.*/, "")) === 0) {
      ctx.addIssue("must be addresses or CIDR ranges separated by commas, such as 10.0.0.0/8,fd00::/8");
      return z.NEVER;
    }
    return withPrefix;
  }),
);

/** Text that both apps show: one line, without control, line-breaking or bidirectional characters. */
export const label = (most: number) =>
  z
    .string()
    .refine(
      (text) => [...text].length <= most && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(text),
      `must be 1 to ${most} characters, on one line, without marks that change the writing direction`,
    );

export const databaseUrl = z
  .string()
  .refine(
    (text) => /^postgres(ql)?:\/\/./.test(text) && URL.canParse(text),
    "must be a URL such as postgres://user:password@host/database, special characters percent-encoded",
  )
  .superRefine((text, ctx) => {
    try {
      parseConnectionString(text);
    } catch (error) {
      if (!(error instanceof ConnectionStringError)) throw error;
      ctx.addIssue(error.message);
    }
  });

/** Whether a connection string says that it leads to a pooler in transaction mode (Prisma's `pgbouncer=true`). */
export const leadsToPooler = (url: string): boolean => parseConnectionString(url).isPooler;

export const collectorUrl = z
  .string()
  .refine(
    (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""),
    "must be an http:// or https:// address",
  );

export const ratio = z
  .string()
  .regex(/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/, "must be a number from 0 to 1")
  .transform(Number);
