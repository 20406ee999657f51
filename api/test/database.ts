import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { connect, type Database } from "../src/db/client.ts";
import { dropDatabase } from "./drop-database.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** A PostgreSQL server whose role may create databases. */
    serverUrl: string;
    /** A migrated database on it that every suite clones. */
    templateName: string;
  }
}

/** The database of one suite. */
export interface TestDatabase extends Database {
  url: string;
  /** Runs `undo` before the connections close. */
  onClose: (undo: () => Promise<void>) => void;
}

/** Clones the migrated template before the suite's tests and drops the clone after them. */
export function useDatabase(): { current: TestDatabase } {
  const holder = {} as { current: TestDatabase };
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const { url, remove } = await createDatabase(inject("templateName"));
    const db = connect(url);
    const undos: (() => Promise<void>)[] = [];
    holder.current = { ...db, url, onClose: (undo) => undos.push(undo) };
    drop = async () => {
      await Promise.all(undos.map((undo) => undo()));
      await db.close();
      await remove();
    };
  });
  afterAll(() => drop?.());
  return holder;
}

/** Creates a database from `template`; `template1` gives an empty one. */
export async function createDatabase(template: string) {
  const name = `ttl_test_${randomUUID().replaceAll("-", "")}`;
  await onServer((sql) => sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(template)}`);
  const url = new URL(inject("serverUrl"));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    remove: () => onServer((sql) => dropDatabase(sql, name)),
  };
}

async function onServer(run: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(inject("serverUrl"), { max: 1, onnotice: () => {} });
  try {
    await run(sql);
  } finally {
    await sql.end();
  }
}
