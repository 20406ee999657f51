import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { DatabaseVitals } from "./vitals-store.ts";

/** Outcomes of an attempt. `refused` consumed nothing, `failed` may have. */
const REVEAL_OUTCOMES = [
  "revealed",
  "wrong_passphrase",
  "interrupted",
  "unreadable",
  "not-available",
  "refused",
  "failed",
];

/** In seconds: from a cached file to a request that waits behind a full hashing queue. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Operation label of a request with several root fields: their combinations would be too many series. */
const SEVERAL = "several";

/** Values that are read on each scrape. */
interface Sources {
  /** Password hashes that run and that wait. */
  argon2: () => { running: number; waiting: number };
  /** Live streams open in this process. */
  streams: () => number;
  /** Queries the database. Undefined when it does not answer. */
  database: () => Promise<DatabaseVitals | undefined>;
}

/**
 * The process's metrics for Prometheus. No label holds text from a client, so no sensitive data gets in and the number of
 * series stays small.
 */
export class Metrics {
  readonly #registry = new Registry();
  #sources: Sources | undefined;

  readonly #requests = new Histogram({
    name: "ttl_secrets_http_request_duration_seconds",
    help: "Time to the start of a response, by route, GraphQL operation and status class.",
    labelNames: ["route", "operation", "status"],
    buckets: REQUEST_BUCKETS,
    registers: [this.#registry],
  });
  readonly #errors = this.#counter("errors_total", "Errors sent to GraphQL clients, by code.", "code");
  /** Attempts at secrets by outcome. */
  readonly reveals = this.#counter("reveals_total", "Attempts at secrets, by outcome.", "outcome");
  /** Requests to create a secret by outcome. */
  readonly creates = this.#counter("creates_total", "Requests to create a secret, by outcome.", "outcome");
  readonly #rateLimited = this.#counter(
    "rate_limit_refusals_total",
    "Requests refused by a rate limit, by limit.",
    "limit",
  );
  readonly #batches = new Histogram({
    name: "ttl_secrets_sweep_batch_rows",
    help: "Rows per batch of the sweep, by kind.",
    labelNames: ["what"],
    buckets: [0, 1, 10, 100, 1000],
    registers: [this.#registry],
  });
  readonly #argon2Wait = new Histogram({
    name: "ttl_secrets_argon2_wait_seconds",
    help: "Time that a password hash waited for a slot.",
    buckets: [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.#registry],
  });
  readonly #argon2Refusals = this.#counter(
    "argon2_refusals_total",
    "Password hashes refused because the queue was full, by pool.",
    "pool",
  );
  readonly #argon2Running = this.#gauge("argon2_running", "Password hashes that are running.");
  readonly #argon2Waiting = this.#gauge("argon2_waiting", "Password hashes that wait for a slot.");
  readonly #streams = this.#gauge("live_streams", "Live streams open in this process.");
  readonly #databaseUp = this.#gauge("database_up", "Whether the database answers, 1 or 0.");
  readonly #databaseAnswer = this.#gauge(
    "database_answer_seconds",
    "Duration of a query at this scrape, including the wait for a pool connection.",
  );
  readonly #connections = this.#gauge(
    "database_connections",
    "Connections of all replicas to the database, by state.",
    "state",
  );
  readonly #pending = this.#gauge("pending", "Pending secrets in the database, of all replicas.");
  readonly #sweepLag = this.#gauge(
    "sweep_lag_seconds",
    "Age of the oldest expired payload that is still stored; 0 when there is none.",
  );
  readonly #buildInfo = this.#gauge("build_info", "The running release; always 1.", "version");

  constructor() {
    for (const outcome of REVEAL_OUTCOMES) this.reveals.inc({ outcome }, 0);
    for (const outcome of ["created", "refused", "failed"]) this.creates.inc({ outcome }, 0);
  }

  /** Counts a request. `operation` as in the log. */
  request(route: string, operation: string | undefined, status: number, seconds: number): void {
    const several = operation?.includes(",") ? SEVERAL : (operation ?? "");
    this.#requests.observe({ route, operation: several, status: `${Math.floor(status / 100)}xx` }, seconds);
  }

  /** Counts an error that is sent to a GraphQL client. */
  error(code: string): void {
    this.#errors.inc({ code });
  }

  /** Counts a request that a rate limit refused. */
  rateLimited = (limit: string): void => this.#rateLimited.inc({ limit });

  /** Counts a batch of the sweep. */
  swept = (what: string, rows: number): void => this.#batches.observe({ what }, rows);

  /** Hooks of the pool that hashes for secrets. */
  readonly argon2 = {
    waited: (seconds: number): void => this.#argon2Wait.observe(seconds),
    refused: (): void => this.#argon2Refusals.inc({ pool: "secrets" }),
  };

  /** Hooks of the pool that hashes passwords. Their waits say nothing of recipients, before whom they yield. */
  readonly passwords = {
    waited: (): void => {},
    refused: (): void => this.#argon2Refusals.inc({ pool: "passwords" }),
  };

  /** Starts collecting from these sources and from the process, and sets the release. */
  start(version: string, sources: Sources): void {
    this.#sources = sources;
    this.#buildInfo.set({ version }, 1);
    collectDefaultMetrics({ register: this.#registry });
  }

  /** All metrics in Prometheus' text format. */
  async read(): Promise<{ text: string; contentType: string }> {
    if (this.#sources) await this.#look(this.#sources);
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  async #look({ argon2, streams, database }: Sources): Promise<void> {
    const { running, waiting } = argon2();
    this.#argon2Running.set(running);
    this.#argon2Waiting.set(waiting);
    this.#streams.set(streams());
    const start = performance.now();
    const vitals = await database();
    this.#databaseUp.set(vitals ? 1 : 0);
    // Unknown values must not keep their last reading.
    for (const gauge of [this.#databaseAnswer, this.#connections, this.#pending, this.#sweepLag])
      gauge.reset();
    if (!vitals) {
      for (const gauge of [this.#databaseAnswer, this.#pending, this.#sweepLag]) gauge.remove();
      return;
    }
    this.#databaseAnswer.set((performance.now() - start) / 1000);
    for (const { state, count } of vitals.connections) this.#connections.set({ state }, count);
    this.#pending.set(vitals.pending);
    this.#sweepLag.set(vitals.sweepLagSeconds ?? 0);
  }

  #counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({ name: `ttl_secrets_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({ name: `ttl_secrets_${name}`, help, labelNames, registers: [this.#registry] });
  }
}

/** Counts the outcome of `work`: the result's outcome, or `refused` or `failed` when it throws. */
export async function countOutcome<T>(
  counter: Counter,
  work: Promise<T>,
  { outcomeOf, isRejected }: { outcomeOf: (result: T) => string; isRejected: (error: unknown) => boolean },
): Promise<T> {
  try {
    const result = await work;
    counter.inc({ outcome: outcomeOf(result) });
    return result;
  } catch (error) {
    counter.inc({ outcome: isRejected(error) ? "refused" : "failed" });
    throw error;
  }
}
