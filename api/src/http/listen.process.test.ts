import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { Hono } from "hono";
import { expect, it, onTestFinished, vi } from "vitest";
import { AppError } from "../shared/errors.ts";
import { listen } from "./listen.ts";
import { refuseWith } from "./refusals.ts";
import type { Env } from "./request-log.ts";
import { limitUnfinishedBodies } from "./unfinished-bodies.ts";

/** A free port: the system's choice, released again. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address ? address.port : 0;
}

/** A server of this app, and raw connections to it. */
async function serve(app: Hono<Env>, isForMany?: (peer: string) => boolean) {
  const port = await freePort();
  const listener = await listen(app.fetch, { port, host: "127.0.0.1" }, isForMany);
  onTestFinished(async () => {
    listener.hurry();
    await listener.stop();
  });
  const open = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  /** Sends the headers of a POST, as from `address`, and two bytes of its body of 100. */
  const beginPost = async (address = "192.0.2.1") => {
    const socket = await open();
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nX-Address: ${address}\r\nContent-Length: 100\r\n\r\n{}`);
    return socket;
  };
  const post = (address = "192.0.2.1") =>
    fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers: { "x-address": address }, body: "{}" });
  return { open, beginPost, post, url: `http://127.0.0.1:${port}/` };
}

/** An app that reads bodies and bounds unfinished ones. `arrived` counts the requests whose body it waits for. */
function bodyReader() {
  let arrived = 0;
  const app = new Hono<Env>();
  app.onError((error, c) => (error instanceof AppError ? refuseWith(c, error) : c.text("failed", 500)));
  app.use((c, next) => {
    c.set("sourceIp", c.req.header("x-address") ?? "192.0.2.1");
    return next();
  });
  app.use(limitUnfinishedBodies());
  app.post("/", async (c) => {
    arrived++;
    await c.req.text();
    return c.text("read");
  });
  return { app, arrived: () => arrived };
}

it("ends a body that does not arrive within ten seconds by 408, and no stream or honest request", async () => {
  const { app } = bodyReader();
  const end = Promise.withResolvers<void>();
  app.get("/", (c) => {
    const stream = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from("begun "));
        await end.promise;
        controller.enqueue(Buffer.from("ended"));
        controller.close();
      },
    });
    return c.body(stream);
  });
  const { beginPost, post, url } = await serve(app);
  const streamed = fetch(url).then((response) => response.text());
  const slow = await beginPost();
  const trickle = setInterval(() => slow.write(" "), 500);
  onTestFinished(() => clearInterval(trickle));
  const answer = text(slow);
  expect((await post()).status).toBe(200);
  expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
  end.resolve();
  expect(await streamed).toBe("begun ended");
}, 60_000);

it("refuses the 65th unfinished body of an address, and reads those of others", async () => {
  const { app, arrived } = bodyReader();
  const { beginPost, post } = await serve(app);
  const slow = await Promise.all(Array.from({ length: 64 }, () => beginPost()));
  await vi.waitUntil(() => arrived() === 64);
  const refused = await post();
  expect(refused.status).toBe(429);
  expect(refused.headers.get("connection")).toBe("close");
  expect(refused.headers.get("retry-after")).toBe("2");
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: "RATE_LIMITED" } }] });
  expect((await post("192.0.2.2")).status).toBe(200);
  // Both ways to end one: by the rest of the body, and by leaving.
  slow[0]?.write(" ".repeat(98));
  await vi.waitUntil(async () => (await post()).status === 200);
  await beginPost();
  await vi.waitUntil(() => arrived() > 66);
  slow[1]?.destroy();
  await vi.waitUntil(async () => (await post()).status === 200);
}, 60_000);

it("refuses the 1,025th unfinished body of all addresses", async () => {
  const { app, arrived } = bodyReader();
  const { beginPost, post } = await serve(app);
  await Promise.all(Array.from({ length: 1024 }, (_, i) => beginPost(`198.51.100.${i % 32}`)));
  await vi.waitUntil(() => arrived() === 1024, 10_000);
  const refused = await post("192.0.2.2");
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: "OVERLOADED" } }] });
}, 60_000);

it("closes the 513th connection of an address, unless it connects for many clients", async () => {
  const { app } = bodyReader();
  for (const isForMany of [() => false, undefined]) {
    const { open, post } = await serve(app, isForMany);
    const sockets = await Promise.all(Array.from({ length: 512 }, open));
    if (isForMany) {
      await expect(post()).rejects.toThrow();
      sockets[0]?.destroy();
    }
    await vi.waitUntil(() =>
      post().then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  }
}, 60_000);
