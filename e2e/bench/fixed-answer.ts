import { request } from "undici";
import type { FixedAnswer } from "./bare-http.ts";
import type { Asked } from "./requests.ts";

/** Headers that Node's HTTP server writes itself. */
const OWN = new Set(["date", "connection", "keep-alive", "transfer-encoding"]);

/** The product's response, to be replayed by another server. */
export async function fixedAnswer(origin: string, { path, headers, bodies }: Asked): Promise<FixedAnswer> {
  const [body] = bodies ?? [];
  const answer = await request(`${origin}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body }),
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  const named = Object.entries(answer.headers).filter(([name, value]) => value && !OWN.has(name));
  return { headers: named as FixedAnswer["headers"], body: bytes.toString("latin1") };
}
