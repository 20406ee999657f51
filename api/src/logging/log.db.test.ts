import { DrizzleQueryError } from "drizzle-orm";
import { buildSchema, graphql } from "graphql";
import postgres from "postgres";
import { describe, expect, test } from "vitest";
import { useDatabase } from "../../test/database.ts";
import { createLogger, describeError, LOG_LEVELS } from "./log.ts";

const SECRET = "hunter2-sentinel";

/** A logger at its most verbose level, and its output. */
function listen(level: (typeof LOG_LEVELS)[number] = "trace") {
  const lines: string[] = [];
  return { lines, log: createLogger(level, { write: (line: string) => lines.push(line) }) };
}

/** An error as logged, as text and as data. The error itself must contain the secret. */
function logged(err: Error) {
  expect(`${err.message} ${JSON.stringify(err)} ${String(err.cause)}`).toContain(SECRET);
  const { lines, log } = listen();
  log.error({ err }, "a request failed");
  expect(lines).toHaveLength(1);
  const text = lines.join("");
  return { text, err: JSON.parse(text).err };
}

async function rejection(promise: PromiseLike<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it did not fail");
}

function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it did not fail");
}

describe("an error of the database", () => {
  const db = useDatabase();
  const failingRow = () => db.current.sql`
    INSERT INTO vaults (id, name) VALUES ('no vault', ${SECRET})`;

  test("keeps its class, code and constraint, and loses the row that it quotes", async () => {
    const error = await rejection(failingRow());
    expect((error as postgres.PostgresError).detail).toContain(SECRET);
    const { text, err } = logged(error);
    expect(err).toMatchObject({ type: "PostgresError", code: "23514", constraint: "vaults_id_shape" });
    expect(text).not.toContain(SECRET);
    expect(text).not.toMatch(/failing row|INSERT/i);
  });

  test("loses the parameters that the driver adds to it", async () => {
    const sql = postgres(db.current.url, { max: 1, debug: true });
    const error = await rejection(sql`SELECT ${SECRET}::int`).finally(() => sql.end());
    expect((error as unknown as { parameters: unknown[] }).parameters).toEqual([SECRET]);
    expect(logged(error).text).not.toContain(SECRET);
  });

  test("loses the query and parameters that drizzle wraps it in, and keeps its cause", async () => {
    const cause = await rejection(failingRow());
    const error = new DrizzleQueryError(`INSERT … '${SECRET}'`, [SECRET], cause);
    const { text, err } = logged(error);
    expect(err).toMatchObject({
      type: "DrizzleQueryError",
      cause: { type: "PostgresError", code: "23514", constraint: "vaults_id_shape" },
    });
    expect(text).not.toContain(SECRET);
  });
});

describe("an error loses its words", () => {
  test("when JSON quotes what it could not parse", () => {
    const { text, err } = logged(thrown(() => JSON.parse(`${SECRET} {`)));
    expect(err.type).toBe("SyntaxError");
    expect(text).not.toContain("hunter2");
  });

  test("when graphql quotes a variable that it could not coerce", async () => {
    const schema = buildSchema("type Query { f(n: Int!): Int }");
    const { errors } = await graphql({
      schema,
      source: "query ($n: Int!) { f(n: $n) }",
      variableValues: { n: SECRET },
    });
    const { text, err } = logged(errors?.[0] as Error);
    expect(err.type).toBe("GraphQLError");
    expect(text).not.toContain(SECRET);
  });

  test("in each of its causes, down to the last", () => {
    const error = new Error(SECRET, { cause: new TypeError(SECRET, { cause: new RangeError(SECRET) }) });
    const { text, err } = logged(error);
    expect(err).toMatchObject({ type: "Error", cause: { type: "TypeError", cause: { type: "RangeError" } } });
    expect(text).not.toContain(SECRET);
  });

  test("when its cause is not an error", () => {
    const { text, err } = logged(new Error(SECRET, { cause: { password: SECRET } }));
    expect(err.cause).toEqual({ type: "object" });
    expect(text).not.toContain(SECRET);
  });

  test("with all its extra properties", () => {
    const error = Object.assign(new Error("x"), {
      detail: SECRET,
      parameters: [SECRET],
      query: SECRET,
      headers: { authorization: SECRET },
      errors: [new Error(SECRET)],
      toJSON: () => SECRET,
    });
    expect(logged(error).text).not.toContain(SECRET);
  });

  test.each([
    ["a code that is a sentence", `the password ${SECRET}`],
    ["a code in small letters", SECRET],
    ["a code of one character", "H"],
    ["a code of 41 characters", "H".repeat(41)],
    ["a code that is no text", { secret: SECRET }],
  ])("with %s", (_, code) => {
    expect(describeError(Object.assign(new Error(SECRET), { code }))).not.toHaveProperty("code");
  });

  test.each(["ECONNREFUSED", "23514", "ERR_INVALID_ARG_TYPE", "42P01"])(
    "but keeps a code such as %s",
    (code) => {
      expect(describeError(Object.assign(new Error(SECRET), { code }))).toMatchObject({ code });
    },
  );

  // Drizzle's message quotes parameters raw, line breaks and all.
  test("when one of its lines looks like a frame of the stack", () => {
    const error = new Error(`params: x\n    at ${SECRET}\n    at ${SECRET} (file:///x.js:1:1)`);
    expect(logged(error).text).not.toContain(SECRET);
  });

  test("when its name or its stack was rewritten", () => {
    const error = new Error(SECRET);
    error.name = SECRET;
    error.stack = `${SECRET}: ${SECRET}`;
    expect(logged(error).text).not.toContain(SECRET);
  });
});

describe("an error keeps", () => {
  test("the frames of its stack, at most eight, to find the place", () => {
    const deep = (n: number): never => {
      if (n > 0) deep(n - 1);
      throw new TypeError("deep");
    };
    const { type, frames } = describeError(thrown(() => deep(20)));
    expect(type).toBe("TypeError");
    expect(frames).toHaveLength(8);
    for (const frame of frames ?? []) expect(frame).toMatch(/^at .*log\.db\.test\.ts:\d+:\d+/);
  });

  test("the name of its own class", () => {
    class SealedError extends Error {}
    expect(describeError(new SealedError("x")).type).toBe("SealedError");
  });

  test.each([
    [SECRET, "string"],
    [undefined, "undefined"],
    [null, "object"],
    [42, "number"],
    [{ message: SECRET }, "object"],
  ])("only its kind when it is no error: %j", (value, type) => {
    expect(describeError(value)).toEqual({ type });
  });
});

test("an error that is its own cause can be described", () => {
  const error = new Error("x");
  error.cause = new TypeError("y", { cause: error });
  expect(describeError(error)).toMatchObject({ type: "Error", cause: { type: "TypeError" } });
});

describe("the logger", () => {
  test("writes one line of JSON per message, with its fields", () => {
    const { lines, log } = listen();
    log.info({ expired: 3 }, "swept");
    log.warn("careful");
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 30, msg: "swept", expired: 3 });
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ level: 40, msg: "careful" });
  });

  test("logs nothing about the machine or the process", () => {
    const { lines, log } = listen();
    log.info("x");
    expect(Object.keys(JSON.parse(lines[0] ?? "")).sort()).toEqual(["level", "msg", "time"]);
  });

  test("writes lines of its level and above, and none at silent", () => {
    const written = LOG_LEVELS.map((level) => {
      const { lines, log } = listen(level);
      for (const method of ["fatal", "error", "warn", "info", "debug", "trace"] as const) log[method]("x");
      return lines.length;
    });
    expect(written).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("does not use an error's message as the text when none is given", () => {
    const { lines, log } = listen();
    log.error({ err: new Error(SECRET) });
    log.error(new Error(SECRET));
    log.child({ part: "x" }).error(new Error(SECRET));
    expect(lines).toHaveLength(3);
    expect(lines.join("")).not.toContain(SECRET);
  });
});
