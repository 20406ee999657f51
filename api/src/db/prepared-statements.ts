import type postgres from "postgres";

/**
 * A statement with more parameters than this is one of many like it, such as an insert of so and so many rows; each kept would
 * take memory on every connection.
 */
const MOST_PARAMETERS = 32;

/**
 * The same client, for Drizzle, which hands its statements over as text: prepared once per connection and kept, like those that
 * the driver is given as templates. Else it asks the server about each one's parameters before it sends them, a way to the
 * server and back each time, and the server parses it anew.
 *
 * Where the driver may not prepare at all, behind a pooler, it still does not.
 */
export function preparedStatements<Client extends postgres.ISql>(client: Client): Client {
  return new Proxy(client, {
    get(target, name) {
      const own: unknown = Reflect.get(target, name);
      if (typeof own !== "function") return own;
      if (name === "unsafe") {
        return (text: string, parameters: unknown[] = [], options: object = {}) =>
          own(text, parameters, { ...options, prepare: parameters.length <= MOST_PARAMETERS });
      }
      if (name !== "begin" && name !== "savepoint") return own;
      return (...args: unknown[]) => {
        const work = args.pop() as (tx: postgres.ISql) => unknown;
        return own(...args, (tx: postgres.ISql) => work(preparedStatements(tx)));
      };
    },
  });
}
