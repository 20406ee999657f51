import type postgres from "postgres";
import { currentTracer, type Tracer } from "./tracing.ts";

/** What the driver's queries are, beyond what it says: they are sent when somebody first waits for them. */
interface Sent extends Promise<unknown> {
  strings: readonly string[];
  handle: () => Promise<void>;
}

/** What a statement does and to which table: from our own text of it, which holds no parameter. */
const VERB = /\b(insert into|delete from|lock table|(?<!\bfor )(?<!\bno key )update)\s+"?(\w+)/i;

/** Not what a function is given, as in `extract(epoch FROM y.expires_at)`, nor one itself. */
const SOURCE = /\bselect\b.*?\bfrom\s+"?(\w+)(?![\w.(])/is;

/** A short name for a statement, such as `DELETE ttl_secret_payloads`: what it changes, or else reads, first. */
export function statementName(text: string): string {
  const [, verb, changed] = VERB.exec(text) ?? [];
  if (verb) return `${verb.split(" ")[0]?.toUpperCase()} ${changed}`;
  const [, read] = SOURCE.exec(text) ?? [];
  if (read) return `SELECT ${read}`;
  return /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? "statement";
}

/** The same client, whose statements and transactions are told to the tracer; the client itself where there is none. */
export function traceStatements<Client extends postgres.Sql>(sql: Client): Client {
  const tracer = currentTracer();
  return tracer ? traced(sql, tracer) : sql;
}

function traced<Client extends postgres.ISql>(sql: Client, tracer: Tracer): Client {
  return new Proxy(sql, {
    apply(target, self, args: [unknown, ...unknown[]]) {
      const made: unknown = Reflect.apply(target as unknown as () => unknown, self, args);
      // Called with anything but a template it makes a part of a statement.
      return Array.isArray((args[0] as { raw?: unknown } | undefined)?.raw)
        ? whenSent(made as Sent, tracer)
        : made;
    },
    get(target, name) {
      const own: unknown = Reflect.get(target, name);
      if (typeof own !== "function") return own;
      if (name === "unsafe") return (...args: unknown[]) => whenSent(own(...args) as Sent, tracer);
      if (name !== "begin" && name !== "savepoint") return own;
      return (...args: unknown[]) => {
        const work = args.pop() as (tx: postgres.ISql) => unknown;
        return tracer.step("transaction", () =>
          own(...args, (tx: postgres.ISql) => work(traced(tx, tracer))),
        );
      };
    },
  });
}

/** Its span begins when it is sent: most are parts of other statements, or are not waited for yet. */
function whenSent(query: Sent, tracer: Tracer): Sent {
  const { handle } = query;
  let isSent = false;
  query.handle = async () => {
    if (isSent) return;
    isSent = true;
    const name = statementName(query.strings.join("$"));
    const send = () => {
      void handle.call(query);
      const done = Promise.prototype.then.call(query, undefined, undefined);
      // Whoever waits for the query itself is told of its failure.
      done.catch(() => {});
      return done;
    };
    void tracer.step(name, send, {
      attributes: { "db.system.name": "postgresql", "db.query.summary": name },
    });
  };
  return query;
}
