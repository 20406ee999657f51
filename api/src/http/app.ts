import { Hono, type Context as HonoContext, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { type Auth, CLIENT_IP_HEADER, type SignUpMode, signUpState } from "../accounts/auth.ts";
import { type Authentication, requireMember } from "../accounts/authorization.ts";
import type { AppFiles } from "../apps/app-file.ts";
import { BRAND_PREFIX } from "../apps/brand/branded-apps.ts";
import { type Apps, PAGE } from "../apps/built-app.ts";
import { pageInLanguage } from "../apps/page-language.ts";
import { sendFile, serveFiles, unlessKnown } from "../apps/send-file.ts";
import type { Services } from "../graphql/context.ts";
import { createGraphql, GRAPHQL_PATH } from "../graphql/handler.ts";
import { AppError, type ErrorCode } from "../shared/errors.ts";
import { waitHeaders } from "../shared/rate-limit.ts";
import { AUDIT_EXPORT_PATH, auditExport } from "./audit-export.ts";
import { authenticate } from "./authenticate.ts";
import type { ClientIp } from "./client-ip.ts";
import { defaultHeader } from "./default-header.ts";
import type { Health } from "./health.ts";
import { isForeign, type Origins } from "./origins.ts";
import { type Env, REQUEST_ID_HEADER, requestLog } from "./request-log.ts";
import { securityHeaders } from "./response-headers.ts";

/** What the application is made of; put together by the composition root. */
export interface AppDeps extends Services {
  auth: Auth;
  health: Health;
  clientIp: ClientIp;
  signUp: SignUpMode;
  publicUrl: string;
  origins: Origins;
  apps: Apps;
}

/**
 * A value of 64 KiB is six times that in JSON when every byte of it is a control character that must be escaped;
 * the rest is room for the document around it.
 */
const MAX_BODY_BYTES = 512 * 1024;

const AUTH_PATHS = ["sign-up/email", "sign-in/email", "sign-out", "change-password"].map(
  (path) => `/api/auth/${path}`,
);

/**
 * The whole product behind one fetch handler: GraphQL, accounts, health and both apps. Never listens; the
 * composition root and the tests do.
 */
export function createApp(deps: AppDeps): Hono<Env> {
  const { log, auth, health, signUp, publicUrl, origins, db } = deps;
  const { dashboard, reveal, brand } = deps.apps;
  const graphql = createGraphql(deps);
  const app = new Hono<Env>();

  app.use(requestLog(deps));
  app.use(async (c, next) => {
    await next();
    // Or the client would send its next request down a connection that is about to be closed.
    if (health.isStopping) defaultHeader(c, "Connection", "close");
  });
  app.use(securityHeaders(publicUrl));
  // Only what says how long it may be kept is kept: hashed files, the dashboard's page. Links and errors are not.
  app.use((c, next) => {
    defaultHeader(c, "Cache-Control", "no-store");
    return next();
  });
  app.onError((err, c) => {
    if (err instanceof AppError) return refuse(c, err);
    log.error({ err }, "a request failed");
    return refusal(c, 500, "INTERNAL", "Something went wrong on the server. Try again later.");
  });

  app.get("/healthz", (c) => c.text("ok\n"));
  app.get("/readyz", async (c) => {
    const problems = await health.problems();
    return problems.length === 0 ? c.text("ready\n") : c.text(`not ready: ${problems.join("; ")}\n`, 503);
  });

  const allow = cors({
    origin: (origin) => (origins.readers.has(origin) ? origin : null),
    allowMethods: ["GET", "POST"],
    allowHeaders: ["Content-Type", "Authorization"],
    exposeHeaders: ["Date", "Retry-After", REQUEST_ID_HEADER],
    credentials: true,
    maxAge: 600,
  });
  // Only who is concerned: it takes every other answer apart, too, and puts it together anew.
  const crossOrigin: MiddlewareHandler = (c, next) =>
    c.req.method === "OPTIONS" || origins.readers.has(c.req.header("origin") ?? "") ? allow(c, next) : next();
  app.use("/api/*", crossOrigin);
  app.get("/api/sign-up", async (c) => c.json(await signUpState(db, signUp)));
  // Only what the dashboard uses of better-auth's many endpoints exists here.
  app.on("POST", AUTH_PATHS, limitBody(), async (c) => {
    if (isForeign(c.req.raw.headers, origins)) {
      return refusal(c, 403, "FORBIDDEN", "Use this from the dashboard's own address.");
    }
    if (!isJson(c)) return refuseMediaType(c);
    const headers = new Headers(c.req.raw.headers);
    headers.set(CLIENT_IP_HEADER, c.var.sourceIp);
    const response = await auth.handler(new Request(c.req.raw, { headers }));
    return tidyAuthResponse(response);
  });
  app.get(AUDIT_EXPORT_PATH, async (c) => {
    const { headers } = c.req.raw;
    if (isForeign(headers, origins)) {
      return refusal(c, 403, "FORBIDDEN", "Use this from the dashboard's own address.");
    }
    const authentication = await authenticate(deps, headers, c.var.sourceIp);
    const { member } = await requireMember(authentication);
    const response = await auditExport(deps, { member, query: new URL(c.req.url).searchParams });
    return withCookies(response, authentication);
  });
  app.all("/api/*", (c) => refusal(c, 404, "NOT_FOUND", "There is no such address in this API."));

  app.use(GRAPHQL_PATH, crossOrigin);
  // JSON only: a cross-site form can't send it, and nothing that changes data can be fetched, prefetched or linked.
  app.post(GRAPHQL_PATH, limitBody(), async (c) => {
    if (!isJson(c)) return refuseMediaType(c);
    const { raw } = c.req;
    const { sourceIp } = c.var;
    const authentication = await authenticate(deps, raw.headers, sourceIp);
    const response = await graphql(raw, {
      ...authentication,
      services: deps,
      sourceIp,
      // A getter, because creating the signal costs time and only streams need it.
      get signal() {
        return raw.signal;
      },
    });
    return withCookies(response, authentication);
  });
  app.all(GRAPHQL_PATH, (c) => {
    c.header("Allow", "POST");
    return refusal(c, 405, "BAD_USER_INPUT", "Send GraphQL requests by POST, as JSON.");
  });

  const revealFiles = serveFiles(reveal, "/reveal/");
  app.get("/reveal/assets/*", unlessKnown, revealFiles);
  app.get("/reveal/favicon.svg", unlessKnown, revealFiles);
  app.get("/reveal/*", (c) => c.notFound());
  app.get("/:vaultId{vault_[^/]*}/*", (c) => {
    c.header("X-Robots-Tag", "noindex, nofollow");
    return sendPage(c, reveal, pageInLanguage(c, reveal));
  });
  app.get(`${BRAND_PREFIX}*`, unlessKnown, serveFiles(brand, BRAND_PREFIX), (c) => c.notFound());
  app.get("/assets/*", unlessKnown, serveFiles(dashboard, "/"), (c) => c.notFound());
  app.get("/favicon.svg", unlessKnown, serveFiles(dashboard, "/"));
  app.get("*", unlessKnown, (c) => {
    c.header("Cache-Control", "no-cache");
    return sendPage(c, dashboard);
  });
  return app;
}

function withCookies(response: Response, { cookies }: Authentication): Response {
  for (const cookie of cookies) response.headers.append("Set-Cookie", cookie);
  return response;
}

function sendPage(c: HonoContext, app: AppFiles, name = PAGE): Response {
  const page = app.get(name);
  if (!page) throw new Error("the app has no page");
  return sendFile(c, name, page);
}

/** Refuses larger bodies: by the length that they are announced with, or, where they are not, by counting. */
function limitBody(): MiddlewareHandler {
  const tooLarge = (c: HonoContext) => {
    // The rest of the body is not read, so the connection can't carry another request; say so before it closes.
    c.header("Connection", "close");
    return refusal(c, 413, "BAD_USER_INPUT", "The request is too large: at most 512 KiB.");
  };
  const counting = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge });
  return async (c, next) => {
    const length = c.req.header("content-length");
    // It makes a stream of every body to count it, even of one that Node lets be no longer than its announced length.
    if (length === undefined || c.req.header("transfer-encoding") !== undefined) return counting(c, next);
    if (!(Number(length) <= MAX_BODY_BYTES)) return tooLarge(c);
    await next();
  };
}

/** An error outside GraphQL's own machinery, in its shape, so that clients need to know only one. */
function refusal(
  c: HonoContext,
  status: 403 | 404 | 405 | 413 | 415 | 500,
  code: ErrorCode,
  message: string,
) {
  return c.json({ errors: [{ message, extensions: { code } }] }, status);
}

/** A refusal of the whole request, before GraphQL: with the status and headers that HTTP has for it. */
function refuse(c: HonoContext, { code, message, details }: AppError) {
  const { retryAfterSeconds } = details;
  for (const [name, value] of Object.entries(retryAfterSeconds ? waitHeaders(retryAfterSeconds) : {})) {
    c.header(name, value);
  }
  if (code === "UNAUTHENTICATED") c.header("WWW-Authenticate", "Bearer");
  const statuses = { UNAUTHENTICATED: 401, FORBIDDEN: 403, NOT_FOUND: 404, RATE_LIMITED: 429 } as const;
  const status = statuses[code as keyof typeof statuses] ?? 400;
  return c.json({ errors: [{ message, extensions: { code, ...details } }] }, status);
}

/**
 * better-auth's answer as we give it on: the wait in standard headers, and without the session's token, which
 * belongs in the cookie, where no script can read it, and nowhere else.
 */
async function tidyAuthResponse(response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  const wait = Number(headers.get("x-retry-after"));
  for (const [name, value] of Object.entries(wait > 0 ? waitHeaders(wait) : {})) headers.set(name, value);
  const text = await response.text();
  const withoutToken = (key: string, value: unknown) => (key === "token" ? undefined : value);
  const body = response.ok && text ? JSON.stringify(JSON.parse(text), withoutToken) : text;
  return new Response(body, { status: response.status, headers });
}

const isJson = (c: HonoContext) => /^application\/json\s*(;|$)/i.test(c.req.header("content-type") ?? "");

const refuseMediaType = (c: HonoContext) =>
  refusal(c, 415, "BAD_USER_INPUT", "Send the request as JSON, with Content-Type: application/json.");
