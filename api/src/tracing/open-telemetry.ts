/**
 * The tracer that sends its spans to an OpenTelemetry collector. Loaded only where one is configured. It does not register
 * itself globally: other packages, such as better-auth, would send spans with contents that we do not control.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { ExportResultCode, parseTraceParent } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { describeError, type Logger } from "../logging/log.ts";
import type { SamplerName } from "./samplers.ts";
import type { SpanUnderWay, Tracer } from "./tracing.ts";

interface TracingConfig {
  serviceName: string;
  sampler: SamplerName;
  /** Share of traces to keep, 0 to 1, for ratio samplers. */
  ratio: number;
}

/** Interval between exports, in ms. */
const SEND_EVERY_MS = 2_000;

/**
 * Starts to send traces. The exporter reads its endpoint, headers and timeout from the standard variables
 * (`OTEL_EXPORTER_OTLP_…`).
 *
 * @returns the tracer, and `stop`, which sends the remaining spans and shuts the exporter down.
 */
export function startTracing(
  { serviceName, sampler, ratio }: TracingConfig,
  { version, log }: { version: string; log: Logger },
): { tracer: Tracer; stop: () => Promise<void> } {
  // Not the default resource detectors: they add the command line and the host name.
  const resource = resourceFromAttributes({ "service.name": serviceName, "service.version": version }).merge(
    detectResources({ detectors: [envDetector] }),
  );
  const provider = new TracerProvider({
    resource,
    sampler: samplerOf(sampler, ratio),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: reporting(new OTLPTraceExporter(), log),
        scheduledDelayMillis: SEND_EVERY_MS,
      }),
    ],
  });
  return {
    tracer: new SpanMaker(provider.getTracer("ttl-secrets", version)),
    stop: () => provider.shutdown(),
  };
}

function samplerOf(name: SamplerName, ratio: number): Sampler {
  const [, parentBased, kind] = /^(parentbased_)?(.*)$/.exec(name) ?? [];
  const root =
    kind === "traceidratio"
      ? new TraceIdRatioBasedSampler(ratio)
      : kind === "always_off"
        ? new AlwaysOffSampler()
        : new AlwaysOnSampler();
  return parentBased ? new ParentBasedSampler({ root }) : root;
}

/** Logs when the collector becomes unreachable and when it is back, not every failed export. */
function reporting(exporter: SpanExporter, log: Logger): SpanExporter {
  let isFailing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const hasFailed = result.code === ExportResultCode.FAILED;
        if (hasFailed && !isFailing)
          log.warn({ err: result.error }, "traces can't be sent; they are dropped");
        if (!hasFailed && isFailing) log.info("traces are sent again");
        isFailing = hasFailed;
        done(result);
      }),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}

/** Tracks the current span itself, without OpenTelemetry's global context. */
class SpanMaker implements Tracer {
  readonly #current = new AsyncLocalStorage<Span>();
  readonly #tracer: OtelTracer;

  constructor(tracer: OtelTracer) {
    this.#tracer = tracer;
  }

  root<T>(name: string, work: (span: SpanUnderWay) => T, traceparent?: string): T {
    const remote = traceparent === undefined ? null : parseTraceParent(traceparent);
    const context = remote ? trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true }) : ROOT_CONTEXT;
    const span = this.#tracer.startSpan(name, { kind: SpanKind.SERVER }, context);
    return this.#run(span, () =>
      work({
        rename: (newName) => span.updateName(newName),
        add: (attributes) => span.setAttributes(attributes),
      }),
    );
  }

  step<T>(
    name: string,
    work: () => T,
    { attributes, failureOf }: NonNullable<Parameters<Tracer["step"]>[2]> = {},
  ): T {
    const parent = this.#current.getStore();
    // Not sampled, or already ended: a request whose stream is still open.
    if (!parent?.isRecording()) return work();
    const options = attributes ? { attributes, kind: SpanKind.CLIENT } : {};
    return this.#run(
      this.#tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, parent)),
      work,
      failureOf,
    );
  }

  #run<T>(span: Span, work: () => T, failureOf?: (result: Awaited<T>) => string | undefined): T {
    const failWith = (kind: string) => {
      span.setAttribute("error.type", kind).setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
    const end = (result: Awaited<T>) => {
      const failure = failureOf?.(result);
      if (failure === undefined) span.end();
      else failWith(failure);
    };
    const fail = (error: unknown) => {
      const { type, code } = describeError(error);
      failWith(code ?? type);
    };
    try {
      const result = this.#current.run(span, work);
      if (result instanceof Promise) result.then(end, fail);
      else end(result as Awaited<T>);
      return result;
    } catch (error) {
      fail(error);
      throw error;
    }
  }
}
