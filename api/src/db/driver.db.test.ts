import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { useDatabase } from "../../test/database.ts";
import { connect } from "./client.ts";

const db = useDatabase();

/** Number of runs of each matching prepared statement of a connection. */
const prepared = (one: ReturnType<typeof connect>, like: string) => one.sql<{ runs: number }[]>`
  SELECT (generic_plans + custom_plans)::int AS runs FROM pg_prepared_statements WHERE statement LIKE ${like}`;

async function withOneConnection(work: (one: ReturnType<typeof connect>) => Promise<void>, options = {}) {
  const one = connect(db.current.url, 1, options);
  await work(one).finally(() => one.close());
}

const ask = (orm: Pick<ReturnType<typeof connect>["orm"], "execute">, n: number) =>
  orm.execute<{ n: number }>(sql`SELECT ${n}::int AS n`);

test("a statement of Drizzle is prepared once and reused, in and outside transactions", () =>
  withOneConnection(async (one) => {
    for (const n of [1, 2]) expect(await ask(one.orm, n)).toMatchObject([{ n }]);
    await one.orm.transaction(async (tx) => {
      expect(await ask(tx, 3)).toMatchObject([{ n: 3 }]);
      await tx.transaction((nested) => ask(nested, 4));
    });
    expect(await prepared(one, "SELECT $1::int AS n")).toEqual([{ runs: 4 }]);
  }));

test("a statement of more than 32 parameters is not prepared", () =>
  withOneConnection(async (one) => {
    const [few, many] = [32, 33].map((count) =>
      sql.join(
        Array.from({ length: count }, (_, n) => sql`${n}::int`),
        sql`,`,
      ),
    );
    await one.orm.execute(sql`SELECT ${few} -- few`);
    await one.orm.execute(sql`SELECT ${many} -- many`);
    expect(await prepared(one, "SELECT % -- few")).toHaveLength(1);
    expect(await prepared(one, "SELECT % -- many")).toEqual([]);
  }));

test("no statement is prepared behind a pooler", () =>
  withOneConnection(
    async (one) => {
      expect(await ask(one.orm, 1)).toMatchObject([{ n: 1 }]);
      expect(await prepared(one, "%")).toEqual([]);
    },
    { behindPooler: true },
  ));
