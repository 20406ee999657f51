import { createServer as createHttpServer, type Server } from "node:http";
import { createServer } from "node:net";
import { serve } from "@hono/node-server";
import { listenFailure } from "../process/start-error.ts";

/** How long running requests may take to finish once the server is to stop. */
const DRAIN_MS = 10_000;

/** How often, while draining, connections that have become idle are closed. */
const IDLE_POLL_MS = 100;

/** A browser sends its headers at once; who takes longer holds a connection for nothing. In ms, as all here. */
const HEADERS_TIMEOUT_MS = 10_000;

/** 512 KiB, the largest body, over a slow phone line. */
const REQUEST_TIMEOUT_MS = 60_000;

/** A server that takes requests. */
export interface Listener {
  /** Takes no more connections, lets running requests finish, for 10 s at most, and closes. */
  stop(): Promise<void>;
  /** Closes all connections at once. */
  hurry(): void;
}

interface Address {
  port: number;
  host: string;
  /** The variables that set them, for who has to change them. */
  variables?: { port: string; host: string };
}

/**
 * Asks whether the address can be listened on, long before that is done, so that the answer comes at once.
 *
 * @throws StartError that says what to do.
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
 * @throws StartError that says what to do, when the address can't be listened on.
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
