import { setTimeout } from "node:timers/promises";
import type { Endpoint } from "../../api/test/app.ts";

/** Interval of readiness checks, in ms. */
const POLL_MS = 50;

/**
 * A load balancer as operators run them: it polls each replica's `/readyz` and distributes requests over the ready ones
 * in turn. It never retries a request.
 */
export class Balancer implements Endpoint {
  readonly #replicas: { url: string; isReady: boolean }[];
  readonly #polls: Promise<void>[];
  #turn = 0;
  #isStopped = false;

  constructor(urls: readonly string[]) {
    this.#replicas = urls.map((url) => ({ url, isReady: false }));
    this.#polls = this.#replicas.map((_, index) => this.#poll(index));
  }

  async #poll(index: number): Promise<void> {
    const replica = this.#replicas[index];
    while (replica && !this.#isStopped) {
      replica.isReady = await fetch(`${replica.url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      await setTimeout(POLL_MS);
    }
  }

  /** Resolves once this replica is seen as ready, or as not ready. */
  async sees(url: string, isReady: boolean): Promise<void> {
    while (this.#replicas.find((replica) => replica.url === url)?.isReady !== isReady)
      await setTimeout(POLL_MS);
  }

  /** Resolves once some replica is seen as ready. */
  async seesAny(): Promise<void> {
    while (!this.#replicas.some(({ isReady }) => isReady)) await setTimeout(POLL_MS);
  }

  request: Endpoint["request"] = (path, init) => {
    const ready = this.#replicas.filter((replica) => replica.isReady);
    const chosen = ready[this.#turn++ % ready.length];
    if (!chosen) throw new Error("no replica is ready");
    return fetch(`${chosen.url}${path}`, init);
  };

  /** Stops polling. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#polls);
  }
}
