import { Hono, type Context as HonoContext, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Auth, SignUpRule } from "../accounts/auth.ts";
import { type Authentication, requireMember } from "../accounts/authorization.ts";
import type { KnownDevices } from "../accounts/known-devices.ts";
import type { AppFiles } from "../apps/app-file.ts";
import { BRAND_PREFIX } from "../apps/brand/branded-apps.ts";
import { type Apps, PAGE } from "../apps/built-app.ts";
import { isLinkPath } from "../apps/link-path.ts";
import { pageInLanguage } from "../apps/page-language.ts";
import { sendFile, serveFiles, unlessKnown } from "../apps/send-file.ts";
import type { HashingPool } from "../crypto/argon2.ts";
import type { Services } from "../graphql/context.ts";
import { createGraphql, GRAPHQL_PATH } from "../graphql/handler.ts";
import { AppError } from "../shared/errors.ts";
import { rateLimitKeys } from "../shared/rate-limit.ts";
import { AUDIT_EXPORT_PATH, auditExport } from "./audit-export.ts";
import { authRoutes } from "./auth-routes.ts";
import { authenticate } from "./authenticate.ts";
import type { ClientIp } from "./client-ip.ts";
import type { Health } from "./health.ts";
import type { Origins } from "./origins.ts";
import {
  limitAnonymousBody,
  limitBody,
  refuse,
  refuseWith,
  requireJson,
  requireOwnPage,
} from "./refusals.ts";
import { type Env, REQUEST_ID_HEADER, requestLog } from "./request-log.ts";
import type { RequestMeter } from "./request-meter.ts";
import { defaultHeader, defaultHeaders, type HstsConfig } from "./response-headers.ts";
import { limitUnfinishedBodies } from "./unfinished-bodies.ts";

/** What the application needs; `services.ts` creates it. */
export interface AppDeps extends Services, HstsConfig {
  auth: Auth;
  passwordPool: HashingPool;
  health: Health;
  clientIp: ClientIp;
  requestMeter: RequestMeter;
  knownDevices: KnownDevices;
  signUp: SignUpRule;
  origins: Origins;
  apps: Apps;
}

/**
 * The whole product behind one fetch handler: GraphQL, accounts, health and both apps. It does not listen: `services.ts`
 * and the tests do.
 */
export function createApp(deps: AppDeps): Hono<Env> {
  const { log, health, origins, requestMeter } = deps;
  const { dashboard, reveal, brand } = deps.apps;
  const graphql = createGraphql(deps);
  const app = new Hono<Env>();

  app.use(requestLog(deps));
  app.use(async (c, next) => {
    await next();
    // The client must not send its next request over a connection that is about to close.
    if (health.isStopping) defaultHeader(c, "Connection", "close");
  });
  app.use(defaultHeaders(deps));
  app.use(limitUnfinishedBodies());
  app.onError((err, c) => {
    if (err instanceof AppError) return refuseWith(c, err);
    log.error({ err }, "a request failed");
    return refuse(c, 500, "INTERNAL", "Something went wrong on the server. Try again later.");
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
  // Only for requests that need it, because it rebuilds every response it sees.
  const crossOrigin: MiddlewareHandler = (c, next) =>
    c.req.method === "OPTIONS" || origins.readers.has(c.req.header("origin") ?? "") ? allow(c, next) : next();
  app.use("/api/*", crossOrigin);
  // Each of their requests asks the database.
  for (const path of ["/api/auth/*", "/api/sign-up"]) {
    app.use(path, (c, next) => {
      requestMeter.take(rateLimitKeys(c.var.sourceIp));
      return next();
    });
  }
  app.route("/", authRoutes(deps));
  app.get(AUDIT_EXPORT_PATH, requireOwnPage(origins), async (c) => {
    const authentication = await authenticate(deps, c.req.raw.headers, c.var.sourceIp);
    const { member } = await requireMember(authentication);
    const response = await auditExport(deps, { member, query: new URL(c.req.url).searchParams });
    return withCookies(response, authentication);
  });
  app.all("/api/*", (c) => refuse(c, 404, "NOT_FOUND", "There is no such address in this API."));

  /** Who makes the request. Those without a credential are counted, and may send less, before their body is read. */
  const identify: MiddlewareHandler<Env> = async (c, next) => {
    const authentication = await authenticate(deps, c.req.raw.headers, c.var.sourceIp);
    c.set("authentication", authentication);
    if (await authentication.principal()) return limitBody(c, next);
    requestMeter.take(rateLimitKeys(c.var.sourceIp));
    return limitAnonymousBody(c, next);
  };
  app.use(GRAPHQL_PATH, crossOrigin);
  // Only POST and JSON: a cross-site form can't send it, and no link or prefetch can change data.
  app.post(GRAPHQL_PATH, requireJson, identify, async (c) => {
    const { raw } = c.req;
    const { sourceIp, authentication } = c.var;
    const response = await graphql(raw, {
      ...authentication,
      services: deps,
      isStranger: !(await authentication.principal()),
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
    return refuse(c, 405, "BAD_USER_INPUT", "Send GraphQL requests by POST, as JSON.");
  });

  const revealFiles = serveFiles(reveal, "/reveal/");
  app.get("/reveal/assets/*", unlessKnown, revealFiles);
  app.get("/reveal/favicon.svg", unlessKnown, revealFiles);
  app.get("/reveal/*", (c) => c.notFound());
  const sendRevealPage = (c: HonoContext) => {
    c.header("X-Robots-Tag", "noindex, nofollow");
    return sendPage(c, reveal, pageInLanguage(c, reveal));
  };
  app.get("/:vaultId{vault_[^/]*}/*", sendRevealPage);
  app.get(`${BRAND_PREFIX}*`, unlessKnown, serveFiles(brand, BRAND_PREFIX), (c) => c.notFound());
  app.get("/assets/*", unlessKnown, serveFiles(dashboard, "/"), (c) => c.notFound());
  app.get("/favicon.svg", unlessKnown, serveFiles(dashboard, "/"));
  app.get("*", (c, next) => (isLinkPath(c.req.path) ? Promise.resolve(sendRevealPage(c)) : next()));
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
