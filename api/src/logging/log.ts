import { type DestinationStream, type Logger, pino } from "pino";
import { STDERR } from "./buffered-destination.ts";
import { requestUnderWay } from "./request-context.ts";

export type { Logger } from "pino";

/** Levels of `LOG_LEVEL`, least to most verbose. */
export const LOG_LEVELS = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

/**
 * A logger that writes JSON lines to stderr, or to `destination`, and strips every error to what is safe. Lines about a
 * request under way carry its id.
 */
export function createLogger(
  level: (typeof LOG_LEVELS)[number],
  destination: DestinationStream = pino.destination({ dest: STDERR, sync: true }),
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
        // Given an error and no text, pino would take the error's own words for the text.
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

/** How many causes of causes are followed; a chain can be a circle. */
const MAX_CAUSES = 5;

/** What may be known of an error: never a message, which can quote parameters, variables or headers. */
interface ErrorDescription {
  type: string;
  code?: string;
  constraint?: string;
  frames?: string[];
  cause?: ErrorDescription;
}

/**
 * An error without its words. Drizzle's, PostgreSQL's, graphql's and JSON's errors quote what they were given,
 * so only the class, a code of a known shape, the violated constraint and the stack's frames are kept.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint_name: constraint } = error as { code?: unknown; constraint_name?: unknown };
  // The message stands before the frames and may itself have lines that look like one.
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
