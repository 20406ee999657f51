import type { HttpBindings } from "@hono/node-server";

/**
 * Gives the answer a header, unless it sets that one itself. May be called until the answer is on its way.
 *
 * Told to Node's own response, which puts both together as it writes them. Setting it on the answer would make a `Headers`
 * of what is a plain object until then, and costs several times as much; Hono's own `header`, once there is an answer, makes
 * a new one of it, whose body then goes through a stream, piece by piece.
 */
export function defaultHeader(c: { env: Pick<HttpBindings, "outgoing"> }, name: string, value: string): void {
  c.env.outgoing.setHeader(name, value);
}
