import { finished } from "node:stream";
import type { MiddlewareHandler } from "hono";
import { AppError, rateLimited } from "../shared/errors.ts";
import { rateLimitKeys } from "../shared/rate-limit.ts";
import { OpenCounts } from "./open-counts.ts";
import type { Env } from "./request-log.ts";

/**
 * Bodies that may be arriving at once, from an address and in all. An honest one arrives with its headers, in
 * milliseconds; the server drops any after ten seconds. At 16 KiB each, strangers can occupy 16 MiB.
 */
const MAX_BODIES = { perAddress: 64, inAll: 1024 };

/** How long a refused client should wait, in ms. */
const WAIT_MS = 2_000;

/** Refuses requests whose bodies would add to too many unfinished ones. */
export function limitUnfinishedBodies(): MiddlewareHandler<Env> {
  const bodies = new OpenCounts();
  let inAll = 0;
  return async (c, next) => {
    const { incoming } = c.env;
    const hasBody =
      c.req.header("content-length") !== undefined || c.req.header("transfer-encoding") !== undefined;
    // Without a network, as in tests, the body is there.
    if (!hasBody || incoming.complete !== false) return next();
    const { key } = rateLimitKeys(c.var.sourceIp);
    const isAddressFull = bodies.of(key) >= MAX_BODIES.perAddress;
    if (isAddressFull || inAll >= MAX_BODIES.inAll) {
      // The body is not read, so the connection can't carry another request.
      c.header("Connection", "close");
      throw isAddressFull ? rateLimited(WAIT_MS) : overloaded();
    }
    inAll++;
    const close = bodies.open(key);
    finished(incoming, { writable: false }, () => {
      inAll--;
      close();
    });
    return next();
  };
}

const overloaded = () =>
  new AppError("OVERLOADED", "The server is busy and nothing was changed. Try again in a few seconds.", {
    retryAfterSeconds: WAIT_MS / 1000,
  });
