import { createServer as createHttpServer, type Server } from "node:http";
import { createServer } from "node:net";
import { serve } from "@hono/node-server";
import { listenFailure } from "../process/start-error.ts";
import { rateLimitKeys } from "../shared/rate-limit.ts";
import { mayConnectForMany } from "./client-ip.ts";
import { OpenCounts } from "./open-counts.ts";

/** How long running requests may take to finish when the server stops. In ms. */
const DRAIN_MS = 10_000;

/** How often idle connections are closed while draining. In ms. */
const IDLE_POLL_MS = 100;

/**
 * Time to receive a whole request, headers and body, in ms. Node then answers 408 and closes. Enough for 512 KiB, the
 * largest body, at 420 kbit/s. It does not limit the response, so streams and requests in progress are not cut.
 */
const RECEIVE_TIMEOUT_MS = 10_000;

/** How often Node looks for overdue requests, in ms. Its default of 30 s would triple the time. */
const CHECK_INTERVAL_MS = 1_000;

/** Maximum number of connections. Further ones are closed at once. */
const MAX_CONNECTIONS = 10_000;

/**
 * Connections from one address: of about a hundred people behind one router, whose browsers open up to six each. Peers
 * that connect for many clients, such as a proxy, have no such limit.
 */
const MAX_CONNECTIONS_PER_ADDRESS = 512;

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
 * @param isForMany whether a peer connects for many clients.
 * @throws StartError that says how to fix it, when the address can't be listened on.
 */
export function listen(
  fetch: Parameters<typeof serve>[0]["fetch"],
  address: Address,
  isForMany = mayConnectForMany([]),
): Promise<Listener> {
  const { port, host } = address;
  return new Promise((resolve, reject) => {
    const server = serve({
      fetch,
      port,
      hostname: host,
      createServer: createHttpServer,
      serverOptions: {
        headersTimeout: RECEIVE_TIMEOUT_MS,
        requestTimeout: RECEIVE_TIMEOUT_MS,
        connectionsCheckingInterval: CHECK_INTERVAL_MS,
      },
    }) as Server;
    server.maxConnections = MAX_CONNECTIONS;
    limitConnectionsPerAddress(server, isForMany);
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

function limitConnectionsPerAddress(server: Server, isForMany: (peer: string) => boolean): void {
  const connections = new OpenCounts();
  server.on("connection", (socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || isForMany(remoteAddress)) return;
    const { key } = rateLimitKeys(remoteAddress);
    if (connections.of(key) < MAX_CONNECTIONS_PER_ADDRESS) socket.once("close", connections.open(key));
    else socket.destroy();
  });
}
