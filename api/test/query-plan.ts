import * as schema from "@ttl-secrets/drizzle/schema";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Database } from "../src/db/client.ts";

/** Executions of a prepared statement with custom plans before PostgreSQL considers a generic one. */
const PLANNED_FOR_VALUES = 5;

/** A statement as the product sent it. */
interface Statement {
  text: string;
  parameters: unknown[];
  /** OIDs of the parameters' types; 0 where PostgreSQL infers the type. */
  types: number[];
}

/** A node of a plan, as `EXPLAIN (FORMAT JSON)` describes it. */
interface Node {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Actual Rows"?: number;
  "Actual Loops"?: number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  "Shared Hit Blocks"?: number;
  "Shared Read Blocks"?: number;
  Operation?: string;
  Plans?: Node[];
}

/** How PostgreSQL executes a statement, and the cost of that. */
export interface Plan {
  text: string;
  /** Indexes it reads, without duplicates, in alphabetical order. */
  indexes: string[];
  /** Tables it scans sequentially. */
  wholeTables: string[];
  /** Number of sorts. */
  sorts: number;
  /** Rows that it reads from tables and indexes. */
  rowsRead: number;
  /** Blocks of 8 KiB that it reads from the cache or from the disk. */
  buffers: number;
  /** Tables it changes; one that it changes twice appears twice. */
  changes: string[];
}

/** Connections for the product's stores that report how PostgreSQL executes their statements. */
export class QueryPlanner {
  readonly db: Database;
  readonly #sql: postgres.Sql;
  #statements: Statement[] = [];
  #count = 0;

  /** @param connections one, for `planOf`; or as many as whole requests need, for `plansOf`. */
  constructor(url: string, connections = 1) {
    const debug = (_connection: number, text: string, parameters: unknown[], types: unknown[]) =>
      void this.#statements.push({ text, parameters: [...parameters], types: types as number[] });
    const own = postgres(url, { max: connections, fetch_types: false, onnotice: () => {}, debug });
    this.db = { sql: own, orm: drizzle(own, { schema }), close: () => own.end() };
    this.#sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  }

  async close(): Promise<void> {
    await Promise.all([this.db.close(), this.#sql.end()]);
  }

  /**
   * The plan and cost of the one statement that `run` sends. Each execution is rolled back, so that the next one does the
   * same work.
   */
  async planOf(run: (db: Database) => Promise<unknown>): Promise<Plan> {
    const { sql } = this.db;
    await sql.unsafe("BEGIN");
    this.#statements = [];
    await run(this.db);
    const [statement, ...others] = this.#statements;
    await sql.unsafe("ROLLBACK");
    if (!statement || others.length > 0) throw new Error(`${others.length + 1} statements, not one`);
    return this.#explain(statement, "ANALYZE, BUFFERS,");
  }

  /** The texts of all statements that `run` sends, in order. Its changes are kept. */
  async statementsOf(run: (db: Database) => Promise<unknown>): Promise<string[]> {
    this.#statements = [];
    await run(this.db);
    return this.#statements.map(({ text }) => text);
  }

  /** The plans of all statements that `run` sends, one per text, without costs. Its changes are kept. */
  async plansOf(run: (db: Database) => Promise<unknown>): Promise<Plan[]> {
    this.#statements = [];
    await run(this.db);
    const byText = new Map(this.#statements.map((statement) => [statement.text, statement]));
    const plans: Plan[] = [];
    for (const statement of byText.values()) {
      if (/^\s*(select|insert|update|delete|with)\b/i.test(statement.text)) {
        plans.push(await this.#explain(statement, ""));
      }
    }
    return plans;
  }

  /** Prepares the statement, as the driver does, and executes it until PostgreSQL has chosen its final plan. */
  async #explain({ text, parameters, types }: Statement, options: string): Promise<Plan> {
    const sql = this.#sql;
    const name = `statement_${this.#count++}`;
    const values = parameters.length > 0 ? `(${parameters.map(literal).join(", ")})` : "";
    const known = types.length > 0 ? `(${(await this.#typeNames(types)).join(", ")})` : "";
    await sql.unsafe(`PREPARE ${name} ${known} AS ${text}`);
    for (let n = 0; n < PLANNED_FOR_VALUES; n++) await sql.unsafe(`EXPLAIN EXECUTE ${name} ${values}`);
    await sql.unsafe("BEGIN");
    try {
      const rows = await sql.unsafe(`EXPLAIN (${options} FORMAT JSON) EXECUTE ${name} ${values}`);
      const [explained] = rows[0]?.["QUERY PLAN"] ?? [];
      return summary(text, explained.Plan as Node);
    } finally {
      await sql.unsafe("ROLLBACK");
    }
  }

  async #typeNames(types: number[]): Promise<string[]> {
    const rows = await this.#sql<{ name: string }[]>`
      SELECT CASE WHEN oid = '0' THEN 'unknown' ELSE oid::regtype::text END AS name
      FROM unnest(string_to_array(${types.join(",")}, ',')::oid[]) WITH ORDINALITY AS t(oid, n) ORDER BY n`;
    return rows.map(({ name }) => name);
  }
}

/** The parts of the plan about our tables. PostgreSQL's own, which have this prefix, are small. */
function summary(text: string, root: Node): Plan {
  const nodes = [...walk(root)].filter((node) => !node["Relation Name"]?.startsWith("pg_"));
  const named = (kind: string) => nodes.filter((node) => node["Node Type"] === kind);
  const read = nodes.filter(
    (node) => node["Node Type"].endsWith("Scan") && (node["Relation Name"] || node["Index Name"]),
  );
  return {
    text,
    indexes: [...new Set(nodes.flatMap((node) => node["Index Name"] ?? []))].toSorted(),
    wholeTables: named("Seq Scan").map((node) => node["Relation Name"] ?? ""),
    sorts: named("Sort").length + named("Incremental Sort").length,
    rowsRead: read.reduce((sum, node) => sum + rowsOf(node), 0),
    buffers: (root["Shared Hit Blocks"] ?? 0) + (root["Shared Read Blocks"] ?? 0),
    changes: named("ModifyTable").map((node) => node["Relation Name"] ?? ""),
  };
}

function* walk(node: Node): Iterable<Node> {
  yield node;
  for (const child of node.Plans ?? []) yield* walk(child);
}

/** PostgreSQL reports averages per loop. */
const rowsOf = (node: Node) =>
  ((node["Actual Rows"] ?? 0) +
    (node["Rows Removed by Filter"] ?? 0) +
    (node["Rows Removed by Index Recheck"] ?? 0)) *
  (node["Actual Loops"] ?? 1);

/** A parameter as a literal in the statement's text. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString("hex")}'`;
  const text = value instanceof Date ? value.toISOString() : String(value);
  return `'${text.replaceAll("'", "''")}'`;
}
