/** The load generator, run in a process of its own: it shares the cores with the server, but not its figures. */
import { createHistogram } from "node:perf_hooks";
import { type Dispatcher, Pool } from "undici";

/** What to ask for, and how. */
export interface Load {
  origin: string;
  path: string;
  /** Bodies to POST, in turn; none: GET. */
  bodies?: string[];
  /** Whether each body may be sent once only; the round then ends with the last of them. */
  isOnce?: boolean;
  headers?: Record<string, string>;
  /** How many requests are under way at a time, each on a connection of its own. */
  concurrency: number;
  /** How long to go on. */
  ms: number;
  /** Whether to hand back what was answered. */
  keepsAnswers?: boolean;
  /** What a good answer's body has in it. Anything else ends the measurement: a refusal costs nothing. */
  expect?: string;
}

/** What came of it. */
export interface LoadResult {
  count: number;
  perSecond: number;
  /** Times to the end of the answer, in ms. */
  p50: number;
  p99: number;
  answers: string[];
}

/** Sends requests one after the other on each connection for the time of a round. */
export async function load(request: Load): Promise<LoadResult> {
  const { origin, path, bodies, isOnce, headers, concurrency, ms, keepsAnswers, expect } = request;
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
  const times = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  const answers: string[] = [];
  let next = 0;
  const start = performance.now();
  const end = start + ms;
  const one = async () => {
    while (performance.now() < end) {
      const index = next++;
      if (isOnce && bodies && index >= bodies.length) return;
      const body = bodies?.[index % bodies.length];
      const sentAt = performance.now();
      const { status, text } = await send(pool, {
        path,
        method: body === undefined ? "GET" : "POST",
        headers: body === undefined ? { ...headers } : { "content-type": "application/json", ...headers },
        ...(body !== undefined && { body }),
      });
      times.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
      if (status !== 200 || (expect && !text.includes(expect))) {
        throw new Error(`${path} answered ${status} ${text.slice(0, 300)}`);
      }
      if (keepsAnswers) answers.push(text);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, one));
  } finally {
    await pool.destroy();
  }
  const seconds = (performance.now() - start) / 1000;
  const { count } = times;
  return {
    count,
    perSecond: count / seconds,
    p50: times.percentile(50) / 1000,
    p99: times.percentile(99) / 1000,
    answers,
  };
}

/** By undici's own handlers, which cost a third of its streams. */
function send(pool: Pool, options: Dispatcher.DispatchOptions): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    let status = 0;
    const chunks: Buffer[] = [];
    pool.dispatch(options, {
      onRequestStart() {},
      onResponseStart(_controller, statusCode) {
        status = statusCode;
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        resolve({ status, text: Buffer.concat(chunks).toString() });
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    });
  });
}
