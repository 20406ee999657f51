import type { AnyColumn, SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import type { Position } from "./paging.ts";

/**
 * Condition for rows after `position`, newest first; undefined for the first page. A row comparison, which PostgreSQL
 * evaluates with an index on (…, `at`, `id`).
 */
export function after(at: AnyColumn, id: AnyColumn, position: Position | undefined): SQL | undefined {
  return position && sql`(${at}, ${id}) < (${position.at.toISOString()}::timestamptz, ${position.id}::uuid)`;
}
