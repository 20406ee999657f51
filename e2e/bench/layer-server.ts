/** A server of the product's parts up to one layer, with a fixed response behind it. Runs as a worker. */
import { openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import type { Context } from "../../api/src/graphql/context.ts";
import { createGraphql } from "../../api/src/graphql/handler.ts";
import { clientIpResolver } from "../../api/src/http/client-ip.ts";
import { listen } from "../../api/src/http/listen.ts";
import { type Env, requestLog } from "../../api/src/http/request-log.ts";
import { defaultHeaders } from "../../api/src/http/response-headers.ts";
import { bufferedDestination } from "../../api/src/logging/buffered-destination.ts";
import { createLogger } from "../../api/src/logging/log.ts";
import { Metrics } from "../../api/src/metrics/metrics.ts";
import { freePort } from "../support/api-process.ts";
import { type FixedAnswer, serveFixed } from "./bare-http.ts";
import { LAYERS, type Layer } from "./layer-names.ts";

/** Context of an unauthenticated request. */
const STRANGER: Pick<Context, "principal" | "isStranger" | "apiKey" | "sourceIp"> = {
  principal: async () => null,
  isStranger: true,
  apiKey: null,
  sourceIp: "127.0.0.1",
};
/** The field needs no service. */
const CONTEXT = STRANGER as Context;

/** Serves with all layers up to `upTo`. Returns the port. */
export async function serveLayers(upTo: Layer, answer: FixedAnswer): Promise<number> {
  if (upTo === LAYERS[0]) return serveFixed(answer);
  const has = (layer: Layer) => LAYERS.indexOf(layer) <= LAYERS.indexOf(upTo);
  const app = new Hono<Env>();
  const path = join(tmpdir(), `ttl-secrets-bench-${process.pid}.log`);
  const file = openSync(path, "w");
  rmSync(path);
  const log = createLogger("info", bufferedDestination(file));
  const metrics = new Metrics();
  if (has("the request's id, address, log line and metrics")) {
    app.use(requestLog({ log, metrics, clientIp: clientIpResolver([]) }));
  }
  if (has("security headers"))
    app.use(defaultHeaders({ publicUrl: "http://localhost", hstsSubdomains: undefined }));
  const graphql = createGraphql({ log, metrics });
  app.post("/graphql", async (c) => {
    if (has("GraphQL, for a document of our apps")) return graphql(c.req.raw, CONTEXT);
    await c.req.text();
    return c.body(answer.body, 200, { "Content-Type": "application/json; charset=utf-8" });
  });
  const port = await freePort();
  await listen(app.fetch, { port, host: "127.0.0.1" });
  return port;
}
