import { type DestinationStream, type Logger, pino } from "pino";
import { STDERR } from "./buffered-destination.ts";
import { lossyWriter } from "./lossy-writer.ts";
import { requestUnderWay } from "./request-context.ts";

export type { Logger } from "pino";

/** Levels of `LOG_LEVEL`, least to most verbose. */
export const LOG_LEVELS = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

/**
 * A logger that writes JSON lines to stderr, or to `destination`, and reduces every error to its safe parts. Lines logged
 * during a request carry its id.
 */
export function createLogger(
  level: (typeof LOG_LEVELS)[number],
  destination: DestinationStream = { write: lossyWriter(STDERR) },
): Logger {
  return pino(
    {
      level,
      base: null,
      mixin: () => {
        const request = requestUnderWay();
        return request ? { request: request.id } : {};
      },
      serializers: { err: (error: unknown) => describeError(error) },
      hooks: {
        // Given an error without a text, pino would log the error's message as the text.
        logMethod([first, ...rest], method) {
          const fields: unknown = first instanceof Error ? { err: first } : first;
          const hasText = typeof fields !== "object" || rest.length > 0;
          method.apply(this, [fields, ...(hasText ? rest : ["an error"])] as Parameters<typeof method>);
        },
      },
    },
    destination,
  );
}

/** Maximum depth of `error.cause` to follow; the chain can be cyclic. */
const MAX_CAUSES = 5;

/** The safe parts of an error. Never its message, which can quote parameters, variables or headers. */
interface ErrorDescription {
  type: string;
  code?: string;
  constraint?: string;
  frames?: string[];
  cause?: ErrorDescription;
}

/**
 * Describes an error without its message. Messages of Drizzle, PostgreSQL, graphql and JSON quote their input, so only the
 * class, a code of a known shape, the violated constraint and the stack frames are kept.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint_name: constraint } = error as { code?: unknown; constraint_name?: unknown };
  // The message precedes the frames and may itself contain lines that look like frames.
  const [, frameText = ""] = error.stack?.split(`${error.message}\n`, 2) ?? [];
  const frames = frameText.match(/^ {4}at .*$/gm)?.slice(0, 8);
  return {
    type: error.constructor.name,
    ...(typeof code === "string" && /^[A-Z0-9_]{2,40}$/.test(code) && { code }),
    ...(typeof constraint === "string" && { constraint }),
    ...(frames && { frames: frames.map((frame) => frame.trim()) }),
    ...(error.cause !== undefined && depth < MAX_CAUSES && { cause: describeError(error.cause, depth + 1) }),
  };
}
