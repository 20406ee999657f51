/** The load generator. It runs in its own process, so that its CPU time is not counted as the server's. */
import { createHistogram } from "node:perf_hooks";
import { type Dispatcher, Pool } from "undici";

/** A request, and how to send it. */
export interface Load {
  origin: string;
  path: string;
  /** Bodies to POST, in turn. Absent: GET. */
  bodies?: string[];
  /** Whether each body may be sent only once; the round then ends after the last one. */
  isOnce?: boolean;
  headers?: Record<string, string>;
  /** Concurrent requests, each on its own connection. */
  concurrency: number;
  /** Duration in ms. */
  ms: number;
  /** Whether to return the response bodies. */
  keepsAnswers?: boolean;
  /** Text that a successful body contains. Any other response ends the run, because refusals are cheap. */
  expect?: string;
}

/** Result of a round. */
export interface LoadResult {
  count: number;
  perSecond: number;
  /** Latency to the end of the response, in ms. */
  p50: number;
  p99: number;
  answers: string[];
}

/** Sends requests for one round, one after the other on each connection. */
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

/** Uses undici's handlers, which take a third of the CPU time of its streams. */
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
