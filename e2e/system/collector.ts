import { once } from "node:events";
import { createServer } from "node:http";

/** A received span. */
export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code?: number };
}

interface Collected {
  resourceSpans: {
    resource: { attributes: CollectedSpan["attributes"] };
    scopeSpans: { spans: CollectedSpan[] }[];
  }[];
}

/** A minimal OpenTelemetry collector: accepts spans in JSON and keeps every byte. */
export class Collector {
  readonly url: string;
  readonly #bodies: Buffer[] = [];
  readonly #stop: () => Promise<void>;

  private constructor(url: string, stop: () => Promise<void>) {
    this.url = url;
    this.#stop = stop;
  }

  /** @param status its answer to every request. */
  static async start(status = 200): Promise<Collector> {
    const server = createServer(async (request, response) => {
      for await (const chunk of request) collector.#bodies.push(chunk);
      response.writeHead(status, { "content-type": "application/json" }).end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const collector = new Collector(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
    return collector;
  }

  /** Everything that was sent to it. */
  get text(): string {
    return Buffer.concat(this.#bodies).toString("latin1");
  }

  get #collected(): Collected[] {
    // Concatenated JSON documents.
    return JSON.parse(`[${Buffer.concat(this.#bodies).toString().replaceAll("}{", "},{")}]`);
  }

  get spans(): CollectedSpan[] {
    return this.#collected.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }

  /** The sender's resource attributes, by key. */
  get resource(): Record<string, unknown> {
    const [first] = this.#collected.flatMap(({ resourceSpans }) => resourceSpans);
    return Object.fromEntries(
      (first?.resource.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]),
    );
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}
