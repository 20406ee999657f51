import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Authentication } from "../accounts/authorization.ts";
import type { Logger } from "../logging/log.ts";
import { inRequest, type RequestScope } from "../logging/request-context.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { currentTracer, type SpanUnderWay } from "../tracing/tracing.ts";
import type { ClientIp } from "./client-ip.ts";
import { refuse } from "./refusals.ts";
import { defaultHeader } from "./response-headers.ts";

/** Hono's environment: what handlers find in their context. */
export type Env = { Bindings: HttpBindings; Variables: { sourceIp: string; authentication: Authentication } };

/** The response header with the request's id. */
export const REQUEST_ID_HEADER = "X-Request-Id";

/** A request id that a proxy may set: 32 hexadecimal digits, such as nginx's `$request_id` or a UUID. */
const REQUEST_ID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/;

/** Health checks arrive every few seconds and are logged only when they fail. */
const PROBES = new Set(["/healthz", "/readyz"]);

/**
 * Gives every request an id and its client's address, and logs one line: method, route (not the path, which contains a
 * link's token), GraphQL operation, status, milliseconds until the response began, address. The line contains nothing else
 * that the client sent. The request's trace starts here too, with the same attributes except the address.
 */
export function requestLog({
  log,
  clientIp,
  metrics,
}: {
  log: Logger;
  clientIp: ClientIp;
  metrics: Metrics;
}): MiddlewareHandler<Env> {
  return (c, next) => {
    const start = performance.now();
    const { remoteAddress } = c.env.incoming.socket;
    const { address, isForwarded } = clientIp(
      remoteAddress,
      c.req.header("x-forwarded-for"),
      c.req.header("forwarded"),
    );
    if (address !== undefined) c.set("sourceIp", address);
    const scope: RequestScope = { id: (isForwarded && givenId(c)) || randomUUID(), isOpen: true };
    defaultHeader(c, REQUEST_ID_HEADER, scope.id);
    const handle = async (span?: SpanUnderWay) => {
      // Nothing may happen on behalf of an unknown address, and the client does not get the response.
      if (address === undefined) c.res = refuse(c, 400, "BAD_USER_INPUT", "The client has disconnected.");
      else await next();
      const { status } = c.res;
      const route = routePath(c);
      span?.rename(`${c.req.method} ${route}`);
      span?.add({
        "http.request.method": c.req.method,
        "http.route": route,
        "http.response.status_code": status,
        "ttl_secrets.request": scope.id,
      });
      const { operation } = scope;
      const elapsed = performance.now() - start;
      metrics.request(route, operation, status, elapsed / 1000);
      const ms = Math.round(elapsed * 10) / 10;
      const level = PROBES.has(route) && status < 400 ? "debug" : "info";
      const fields = { method: c.req.method, route, ...(operation && { operation }), status, ms, address };
      log[level](fields, "request");
      scope.isOpen = false;
    };
    const tracer = PROBES.has(c.req.path) ? undefined : currentTracer();
    // Only a trusted proxy may set the trace parent, as with the request's id.
    const traceparent = isForwarded ? c.req.header("traceparent") : undefined;
    return inRequest(scope, () => (tracer ? tracer.root("request", handle, traceparent) : handle()));
  };
}

/** The id that a trusted proxy gave the request. A client could send the id of another request. */
function givenId(c: Context): string | undefined {
  const id = c.req.header(REQUEST_ID_HEADER);
  return id !== undefined && REQUEST_ID.test(id) ? id : undefined;
}
