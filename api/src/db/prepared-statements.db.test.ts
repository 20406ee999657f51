import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { useDatabase } from "../../test/database.ts";
import { connect } from "./client.ts";

const db = useDatabase();

/** How often each statement that is kept on a connection was run. */
const kept = (one: ReturnType<typeof connect>, like: string) => one.sql<{ runs: number }[]>`
  SELECT (generic_plans + custom_plans)::int AS runs FROM pg_prepared_statements WHERE statement LIKE ${like}`;

async function withOneConnection(work: (one: ReturnType<typeof connect>) => Promise<void>, options = {}) {
  const one = connect(db.current.url, 1, options);
  await work(one).finally(() => one.close());
}

const ask = (orm: Pick<ReturnType<typeof connect>["orm"], "execute">, n: number) =>
  orm.execute<{ n: number }>(sql`SELECT ${n}::int AS n`);

test("a statement of Drizzle's is prepared once and run each time, in and out of transactions", () =>
  withOneConnection(async (one) => {
    for (const n of [1, 2]) expect(await ask(one.orm, n)).toMatchObject([{ n }]);
    await one.orm.transaction(async (tx) => {
      expect(await ask(tx, 3)).toMatchObject([{ n: 3 }]);
      await tx.transaction((nested) => ask(nested, 4));
    });
    expect(await kept(one, "SELECT $1::int AS n")).toEqual([{ runs: 4 }]);
  }));

test("one with very many parameters is not kept", () =>
  withOneConnection(async (one) => {
    const [few, many] = [32, 33].map((count) =>
      sql.join(
        Array.from({ length: count }, (_, n) => sql`${n}::int`),
        sql`,`,
      ),
    );
    await one.orm.execute(sql`SELECT ${few} -- few`);
    await one.orm.execute(sql`SELECT ${many} -- many`);
    expect(await kept(one, "SELECT % -- few")).toHaveLength(1);
    expect(await kept(one, "SELECT % -- many")).toEqual([]);
  }));

test("behind a pooler nothing is", () =>
  withOneConnection(
    async (one) => {
      expect(await ask(one.orm, 1)).toMatchObject([{ n: 1 }]);
      expect(await kept(one, "%")).toEqual([]);
    },
    { behindPooler: true },
  ));
