import { connect, type TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";

/** Connections opened at the same time, fewer than a listening socket queues. */
const AT_ONCE = 50;

/** Unfinished requests of one client. */
interface SlowRequests {
  /** Connections that the server has not closed. */
  open: () => number;
  /** Connections on which the server answered with this status. */
  answered: (status: number) => number;
}

/**
 * Opens `count` connections from 127.0.0.1, sends `head` on each, and then one more byte a second, until the test ends.
 *
 * @param head the beginning of the request with this index.
 */
export async function slowRequests(
  port: number,
  count: number,
  head: (index: number) => string,
): Promise<SlowRequests> {
  const sockets: TLSSocket[] = [];
  const answers = new Map<TLSSocket, string>();
  const openOne = (index: number) =>
    new Promise<void>((resolve) => {
      const address = { host: "127.0.0.1", port, localAddress: "127.0.0.1" };
      const socket = connect({ ...address, servername: "localhost", rejectUnauthorized: false });
      sockets.push(socket);
      socket.once("secureConnect", () => socket.write(head(index), () => resolve()));
      // A refused connection counts as closed.
      socket.on("error", () => {}).once("close", () => resolve());
      socket.on("data", (chunk: Buffer) => answers.set(socket, (answers.get(socket) ?? "") + chunk));
    });
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write("x");
  }, 1000);
  onTestFinished(() => {
    clearInterval(drip);
    for (const socket of sockets) socket.destroy();
  });
  for (let first = 0; first < count; first += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - first);
    await Promise.all(Array.from({ length }, (_, offset) => openOne(first + offset)));
  }
  return {
    open: () => sockets.filter((socket) => !socket.closed).length,
    answered: (status) =>
      [...answers.values()].filter((text) => text.startsWith(`HTTP/1.1 ${status}`)).length,
  };
}
