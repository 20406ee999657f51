import type { Tracer } from "./tracing.ts";

/** The part of the driver's queries that its types leave out. The driver calls `handle` when a query is first awaited. */
interface Query extends Promise<unknown> {
  strings: readonly string[];
  handle: () => Promise<void>;
}

/** What a statement does and to which table. Read from our own text, which holds no parameter. */
const VERB = /\b(insert into|delete from|lock table|(?<!\bfor )(?<!\bno key )update)\s+"?(\w+)/i;

/** Skips functions and their arguments, as in `extract(epoch FROM y.expires_at)`. */
const SOURCE = /\bselect\b.*?\bfrom\s+"?(\w+)(?![\w.(])/is;

/** A short name for a statement, such as `DELETE ttl_secret_payloads`: the first table that it changes, or else reads. */
export function statementName(text: string): string {
  const [, verb, changed] = VERB.exec(text) ?? [];
  if (verb) return `${verb.split(" ")[0]?.toUpperCase()} ${changed}`;
  const [, read] = SOURCE.exec(text) ?? [];
  if (read) return `SELECT ${read}`;
  return /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? "statement";
}

/**
 * Makes a span of a query of the driver, from when it is sent to its result. Not from when it is made: most queries are
 * fragments of others, or are awaited later.
 *
 * @returns the same query.
 */
export function traceStatement(made: unknown, tracer: Tracer): unknown {
  const query = made as Query;
  const { handle } = query;
  let isSent = false;
  query.handle = async () => {
    if (isSent) return;
    isSent = true;
    const name = statementName(query.strings.join("$"));
    const send = () => {
      void handle.call(query);
      const done = Promise.prototype.then.call(query, undefined, undefined);
      // The caller awaits the query itself and handles its failure.
      done.catch(() => {});
      return done;
    };
    void tracer.step(name, send, {
      attributes: { "db.system.name": "postgresql", "db.query.summary": name },
    });
  };
  return query;
}
