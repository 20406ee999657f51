import type { HttpBindings } from "@hono/node-server";
import { Hono, type Context as HonoContext } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import { type Auth, CLIENT_IP_HEADER, type SignUpMode, signUpState } from "./accounts/auth.ts";
import type { Member } from "./accounts/member.ts";
import { findOrCreateMember } from "./accounts/member-store.ts";
import type { ClientIp } from "./client-ip.ts";
import type { ErrorCode } from "./errors.ts";
import type { Services } from "./graphql/context.ts";
import { createGraphql, GRAPHQL_PATH } from "./graphql/yoga.ts";
import { isReady } from "./health.ts";
import { readPage, serveFiles } from "./spa.ts";

/** What the application is made of; put together by the composition root. */
export interface AppDeps extends Services {
  auth: Auth;
  clientIp: ClientIp;
  signUp: SignUpMode;
  publicUrl: string;
}

type Env = { Bindings: HttpBindings };

/**
 * A value of 64 KiB is six times that in JSON when every byte of it is a control character that must be escaped;
 * the rest is room for the document around it.
 */
const MAX_BODY_BYTES = 512 * 1024;

/**
 * The whole product behind one fetch handler: GraphQL, accounts, health and both apps. Never listens; the
 * composition root and the tests do.
 *
 * @throws Error when the apps were not built.
 */
export function createApp(deps: AppDeps): Hono<Env> {
  const { log, auth, signUp, publicUrl, db } = deps;
  const graphql = createGraphql(log);
  const dashboardPage = readPage("dashboard");
  const revealPage = readPage("reveal");
  const origins = ownOrigins(publicUrl);
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    const start = performance.now();
    await next();
    // The route, not the path: a link's path holds its token.
    const ms = Math.round(performance.now() - start);
    log.debug({ method: c.req.method, route: c.req.routePath, status: c.res.status, ms }, "request");
  });
  app.use(
    secureHeaders({
      referrerPolicy: "no-referrer",
      xFrameOptions: "DENY",
      strictTransportSecurity: publicUrl.startsWith("https:") ? "max-age=63072000; includeSubDomains" : false,
      permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [] },
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
      },
    }),
  );
  app.onError((err, c) => {
    log.error({ err }, "a request failed");
    return refusal(c, 500, "INTERNAL", "Something went wrong on the server. Try again later.");
  });

  app.get("/healthz", (c) => c.text("ok\n"));
  app.get("/readyz", async (c) =>
    (await isReady(deps))
      ? c.text("ready\n")
      : c.text("not ready: the database is unreachable or not migrated\n", 503),
  );

  app.use("/api/*", noStore);
  // better-auth checks the origin only of requests with a cookie; signing somebody in needs none.
  app.post("/api/*", async (c, next) => {
    if (isForeign(c, origins))
      return refusal(c, 403, "FORBIDDEN", "Use this from the dashboard's own address.");
    return next();
  });
  app.get("/api/sign-up", async (c) => c.json(await signUpState(db, signUp)));
  app.on(["GET", "POST"], "/api/auth/*", limitBody(), (c) => {
    const headers = new Headers(c.req.raw.headers);
    headers.set(CLIENT_IP_HEADER, sourceIpOf(c, deps));
    return auth.handler(new Request(c.req.raw, { headers }));
  });
  app.all("/api/*", (c) => refusal(c, 404, "NOT_FOUND", "There is no such address in this API."));

  app.use(GRAPHQL_PATH, noStore);
  // JSON only: a cross-site form can't send it, and nothing that changes data can be fetched, prefetched or linked.
  app.post(GRAPHQL_PATH, limitBody(), async (c) => {
    if (!/^application\/json\s*(;|$)/i.test(c.req.header("content-type") ?? "")) {
      return refusal(
        c,
        415,
        "BAD_USER_INPUT",
        "Send the request as JSON, with Content-Type: application/json.",
      );
    }
    const session = lazySession(c, deps, origins);
    const hasApiKey = c.req.header("authorization") !== undefined;
    const response = await graphql(c.req.raw, {
      services: deps,
      sourceIp: sourceIpOf(c, deps),
      hasApiKey,
      viewer: session.viewer,
    });
    return withCookies(response, session.cookies);
  });
  app.all(GRAPHQL_PATH, (c) => {
    c.header("Allow", "POST");
    return refusal(c, 405, "BAD_USER_INPUT", "Send GraphQL requests by POST, as JSON.");
  });

  app.get("/reveal/*", serveFiles("reveal", "/reveal"), (c) => c.notFound());
  app.get("/:vaultId{vault_[^/]*}/:token", noStore, (c) => {
    c.header("X-Robots-Tag", "noindex, nofollow");
    return c.html(revealPage);
  });
  app.get("/assets/*", serveFiles("dashboard", ""), (c) => c.notFound());
  app.get("/favicon.svg", serveFiles("dashboard", ""));
  app.get("*", (c) => {
    c.header("Cache-Control", "no-cache");
    return c.html(dashboardPage);
  });
  return app;
}

const noStore = async (c: HonoContext, next: () => Promise<void>) => {
  await next();
  c.header("Cache-Control", "no-store");
};

const limitBody = () =>
  bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (c) => refusal(c, 413, "BAD_USER_INPUT", "The request is too large: at most 512 KiB."),
  });

/** An error outside GraphQL's own machinery, in its shape, so that clients need to know only one. */
function refusal(
  c: HonoContext,
  status: 403 | 404 | 405 | 413 | 415 | 500,
  code: ErrorCode,
  message: string,
) {
  return c.json({ errors: [{ message, extensions: { code } }] }, status);
}

function sourceIpOf(c: HonoContext<Env>, { clientIp }: AppDeps): string {
  return clientIp(c.env.incoming.socket.remoteAddress, c.req.header("x-forwarded-for"));
}

/**
 * Who is signed in, asked of the database at most once and only if a resolver wants to know. A page of another
 * origin is a stranger whatever cookie its request carries.
 */
function lazySession(c: HonoContext<Env>, { auth, db }: AppDeps, origins: string[]) {
  const cookies: string[] = [];
  const load = async (): Promise<Member | null> => {
    if (isForeign(c, origins) || !c.req.header("cookie")) return null;
    const { headers, response } = await auth.api.getSession({
      headers: c.req.raw.headers,
      returnHeaders: true,
    });
    // A session in use is prolonged, and its cookie with it.
    cookies.push(...headers.getSetCookie());
    return response && findOrCreateMember(db, response.user);
  };
  let member: Promise<Member | null> | undefined;
  return {
    cookies,
    viewer: () => {
      member ??= load();
      return member;
    },
  };
}

/** Whether a browser sent this from a page that is not ours. Programs send no Origin and have no cookie to abuse. */
function isForeign(c: HonoContext, origins: string[]): boolean {
  const origin = c.req.header("origin");
  return origin !== undefined && !origins.includes(origin);
}

function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append("Set-Cookie", cookie);
  return response;
}

/** `PUBLIC_URL`'s origin; on a developer's machine also the other spelling of this host. */
export function ownOrigins(publicUrl: string): string[] {
  const { origin, hostname } = new URL(publicUrl);
  return hostname === "localhost" ? [origin, origin.replace("localhost", "127.0.0.1")] : [origin];
}
