import { createServer as createHttpServer, type Server } from "node:http";
import { createServer } from "node:net";
import { serve } from "@hono/node-server";
import { listenFailure } from "../process/start-error.ts";

/** How long running requests may take to finish when the server stops. In ms. */
const DRAIN_MS = 10_000;

/** How often idle connections are closed while draining. In ms. */
const IDLE_POLL_MS = 100;

/** Browsers send their headers at once; a slower client only holds a connection. In ms. */
const HEADERS_TIMEOUT_MS = 10_000;

/** Enough for 512 KiB, the largest body, over a slow mobile network. In ms. */
const REQUEST_TIMEOUT_MS = 60_000;

/** A listening server. */
export interface Listener {
  /** Accepts no more connections, waits up to 10 s for running requests, and closes. */
  stop(): Promise<void>;
  /** Closes all connections at once. */
  hurry(): void;
}

interface Address {
  port: number;
  host: string;
  /** The environment variables that set them, for error messages. */
  variables?: { port: string; host: string };
}

/**
 * Checks early whether the address can be listened on, so that the operator learns of a conflict at once.
 *
 * @throws StartError that says how to fix it.
 */
export function requireFreePort(address: Address): Promise<void> {
  const { port, host } = address;
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => reject(listenFailure(error, address)));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/**
 * Serves `fetch` over HTTP.
 *
 * @throws StartError that says how to fix it, when the address can't be listened on.
 */
export function listen(fetch: Parameters<typeof serve>[0]["fetch"], address: Address): Promise<Listener> {
  const { port, host } = address;
  return new Promise((resolve, reject) => {
    const server = serve({
      fetch,
      port,
      hostname: host,
      createServer: createHttpServer,
      serverOptions: { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    }) as Server;
    server.once("error", (error: Error) => reject(listenFailure(error, address)));
    server.once("listening", () =>
      resolve({
        stop: () =>
          new Promise((done) => {
            const idle = setInterval(() => server.closeIdleConnections(), IDLE_POLL_MS);
            const end = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
            server.close(() => {
              clearInterval(idle);
              clearTimeout(end);
              done();
            });
            server.closeIdleConnections();
          }),
        hurry: () => server.closeAllConnections(),
      }),
    );
  });
}
