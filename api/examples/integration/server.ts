/**
 * A third party's dashboard for one project. The API key stays in this process: in a browser, every extension and
 * every person at the machine could read it. So browsers call this server, and this server calls TTL Secrets.
 * A real dashboard requires sign-in. This one lets every client create secrets and see links, so it listens on 127.0.0.1.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import { json } from "node:stream/consumers";
import { Board, problemOf } from "./board.ts";
import { TtlSecrets } from "./client.ts";

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");
const page = read("page.html");
const script = stripTypeScriptTypes(read("page.ts"));

const projectId = setting("PROJECT_ID");
const api = new TtlSecrets({ url: setting("TTL_SECRETS_URL"), key: setting("TTL_SECRETS_KEY") });
const board = new Board(api, projectId);
const stopping = new AbortController();

/** Responses are for this page only and never cached: one contains a link and a passphrase. */
const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, "Content-Type": type }).end(body);
}

/** Sends the view as server-sent events for as long as the browser listens. */
function sendChanges(response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream" });
  const unwatch = board.watch((view) => response.write(`data: ${JSON.stringify(view)}\n\n`));
  response.once("close", unwatch);
}

async function create(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Another site's page can make a browser send a request here, but the browser then sends a different Sec-Fetch-Site.
  if (request.headers["sec-fetch-site"] !== "same-origin") {
    send(response, 403, "text/plain", "Only this server's own page may do this.");
    return;
  }
  try {
    const { name, value } = (await json(request)) as { name: string; value: string };
    const { link, passphrase } = await api.create({ projectId, name, ttlSeconds: 3600, content: { value } });
    send(response, 200, "application/json", JSON.stringify({ link, passphrase }));
  } catch (error) {
    send(response, 502, "application/json", JSON.stringify({ problem: problemOf(error) }));
  }
}

const server = createServer((request, response) => {
  const { method, url } = request;
  if (method === "GET" && url === "/") send(response, 200, "text/html; charset=utf-8", page);
  else if (method === "GET" && url === "/page.js") send(response, 200, "text/javascript", script);
  else if (method === "GET" && url === "/changes") sendChanges(response);
  else if (method === "POST" && url === "/secrets") void create(request, response);
  else send(response, 404, "text/plain", "There is no such page.");
});

process.once("SIGTERM", () => {
  stopping.abort();
  server.closeAllConnections();
  server.close();
});

server.listen(Number(process.env.PORT ?? 0), "127.0.0.1");
await once(server, "listening");
const address = server.address();
if (typeof address === "object" && address)
  process.stdout.write(`ready at http://127.0.0.1:${address.port}\n`);
await board.run(stopping.signal);
