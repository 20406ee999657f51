import { connect, type TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";

/** Connections opened at the same time, fewer than a listening socket queues. */
const AT_ONCE = 50;

/** Unfinished requests of one client. */
interface SlowRequests {
  /** Connections that the server has not closed. */
  open: () => number;
}

/**
 * Opens `count` connections from 127.0.0.1, sends `head` on each, and then one more byte a second, until the test ends.
 *
 * @param head the beginning of a request.
 */
export async function slowRequests(port: number, count: number, head: string): Promise<SlowRequests> {
  const sockets: TLSSocket[] = [];
  const openOne = () =>
    new Promise<void>((resolve) => {
      const address = { host: "127.0.0.1", port, localAddress: "127.0.0.1" };
      const socket = connect({ ...address, servername: "localhost", rejectUnauthorized: false });
      sockets.push(socket);
      socket.once("secureConnect", () => socket.write(head, () => resolve()));
      // A refused connection counts as closed.
      socket.on("error", () => {}).once("close", () => resolve());
      socket.resume();
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
    await Promise.all(Array.from({ length }, openOne));
  }
  return {
    open: () => sockets.filter((socket) => !socket.closed).length,
  };
}
