/** A flood of sign-ins at a fixed rate, whatever the server answers. It runs in its own process. */
import { setInterval } from "node:timers/promises";
import { Agent, request } from "undici";

/** Sign-ins are sent in bursts, this far apart, in ms. */
const BURST_MS = 10;

/** What the server answered. */
export interface Flood {
  sent: number;
  /** Responses by HTTP status; 0 stands for a failed connection. */
  statuses: Record<number, number>;
}

/** Sends `perSecond` sign-ins for `ms`, each from another /64 of one /48, and waits for all responses. */
export async function flood(options: {
  origin: string;
  email: string;
  perSecond: number;
  ms: number;
}): Promise<Flood> {
  const { origin, email, perSecond, ms } = options;
  const dispatcher = new Agent({ connections: 500 });
  const statuses: Record<number, number> = {};
  const responses: Promise<void>[] = [];
  const signIn = async (n: number) => {
    const status = await request(`${origin}/api/auth/sign-in/email`, {
      method: "POST",
      dispatcher,
      headers: {
        "content-type": "application/json",
        origin,
        "x-forwarded-for": `2001:db8:1:${(n % 65_536).toString(16)}::1`,
      },
      body: JSON.stringify({ email, password: `wrong password ${n}` }),
    }).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
      () => 0,
    );
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const start = performance.now();
  for await (const _ of setInterval(BURST_MS)) {
    const elapsed = performance.now() - start;
    if (elapsed >= ms) break;
    while (responses.length < (elapsed / 1000) * perSecond) responses.push(signIn(responses.length));
  }
  await Promise.all(responses);
  await dispatcher.close();
  return { sent: responses.length, statuses };
}
