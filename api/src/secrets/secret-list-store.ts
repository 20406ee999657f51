/** The SQL of a project's list of TTL secrets. */
import { ttlSecrets } from "@ttl-secrets/drizzle/schema";
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Queryable } from "../db/client.ts";
import type { PageRequest } from "../shared/paging.ts";
import { MAX_TTL_SECONDS, type SecretStatus, type TtlSecret } from "./secret.ts";
import type { SecretOrder, SecretPosition } from "./secret-order.ts";
import { ATTEMPT_SECONDS, secretFields, statusNow } from "./secret-status-store.ts";

/** What each order compares, by an index of its own, and in which direction. */
const ORDERS: Record<SecretOrder, { key: SQL; descends: boolean }> = {
  newest_first: { key: sql`${ttlSecrets.createdAt}`, descends: true },
  name: { key: sql`lower(${ttlSecrets.name}) COLLATE "C"`, descends: false },
  expires_first: { key: sql`${ttlSecrets.expiresAt}`, descends: false },
  expires_last: { key: sql`${ttlSecrets.expiresAt}`, descends: true },
};

/** A row comparison, which PostgreSQL answers from an index on (…, key, id); none for the first page. */
function isAfter(order: SecretOrder, position: SecretPosition | undefined): SQL | undefined {
  if (!position) return undefined;
  const { key, descends } = ORDERS[order];
  const from =
    position.key instanceof Date
      ? sql`${position.key.toISOString()}::timestamptz`
      : sql`lower(${position.key}::text) COLLATE "C"`;
  return sql`(${key}, ${ttlSecrets.id}) ${sql.raw(descends ? "<" : ">")} (${from}, ${position.id}::uuid)`;
}

/** One page of a project's secrets, and one row more when there is a next page. */
export function listSecrets(
  db: Queryable,
  request: { projectId: string; page: PageRequest<SecretPosition>; order: SecretOrder },
): Promise<TtlSecret[]> {
  const { projectId, page, order } = request;
  const { key, descends } = ORDERS[order];
  const direction = sql.raw(descends ? "DESC" : "ASC");
  return db
    .select(secretFields)
    .from(ttlSecrets)
    .where(and(eq(ttlSecrets.projectId, projectId), isAfter(order, page.after)))
    .orderBy(sql`${key} ${direction}, ${ttlSecrets.id} ${direction}`)
    .limit(page.first + 1);
}

/**
 * How many secrets the search for one page looks at, at most. So a page costs the same in a project with a million of
 * them, whatever is looked for, and needs no index over parts of names, which not every PostgreSQL offers. A search that
 * finds nothing took 16 to 18 ms in the median, a status that nothing has 11 to 13 ms (60,000 secrets, 2 busy cores).
 */
export const MOST_LOOKED_AT = 10_000;

/** The plain columns as expressions: Drizzle takes a column from a table only, and not from what is named like one. */
const plainFields = {
  id: sql<string>`${ttlSecrets.id}`,
  name: sql<string>`${ttlSecrets.name}`,
  createdAt: sql<Date>`${ttlSecrets.createdAt}`.mapWith(ttlSecrets.createdAt),
  expiresAt: sql<Date>`${ttlSecrets.expiresAt}`.mapWith(ttlSecrets.expiresAt),
  createdBy: sql<string>`${ttlSecrets.createdBy}`,
};

/**
 * The secrets on a page that meet a filter, and one row more when that is known to be on a later page. `end` is set
 * when the search came to its limit: it is the last one looked at.
 */
export async function findSecrets(
  db: Queryable,
  request: {
    projectId: string;
    page: PageRequest<SecretPosition>;
    order: SecretOrder;
    filter: { statuses?: SecretStatus[] | undefined; nameContains?: string | undefined };
  },
): Promise<{ rows: TtlSecret[]; end: TtlSecret | undefined }> {
  const { projectId, page, order, filter } = request;
  const { key, descends } = ORDERS[order];
  const direction = sql.raw(descends ? "DESC" : "ASC");
  const { statuses, nameContains } = filter;
  const matches = and(
    statuses && inArray(statusNow, statuses),
    // Position, not LIKE: what is looked for is text and has no wildcards.
    nameContains === undefined
      ? undefined
      : sql`position(lower(${nameContains}::text) IN lower(${ttlSecrets.name})) > 0`,
  );
  const where = and(
    eq(ttlSecrets.projectId, projectId),
    isAfter(order, page.after),
    statuses?.every((status) => status === "pending") ? mayBePending(order) : undefined,
  );
  const sorted = sql`sort_key ${direction}, ${sql.identifier("id")} ${direction}`;
  // Named like the table, so that the fields and conditions written for it hold here. Every level says the same order:
  // from one that says none, PostgreSQL doesn't learn that the rows come sorted, and sorts them again.
  const lookedAt = sql`(
    SELECT *, row_number() OVER (ORDER BY ${sorted}) AS place FROM (
      SELECT *, ${key} AS sort_key FROM ${ttlSecrets} WHERE ${where}
      ORDER BY ${key} ${direction}, ${ttlSecrets.id} ${direction} LIMIT ${MOST_LOOKED_AT}
    ) AS in_order
  ) AS ${ttlSecrets}`;
  const isLast = sql<boolean>`place = ${MOST_LOOKED_AT}`;
  const found = await db
    .select({ ...secretFields, ...plainFields, isMatch: sql<boolean>`${matches}`, isLast })
    .from(lookedAt)
    .where(sql`(${matches}) OR ${isLast}`)
    .orderBy(sorted)
    .limit(page.first + 1);
  const plain = found.map(({ isMatch: _isMatch, isLast: _isLast, ...secret }) => secret);
  return {
    rows: plain.filter((_secret, index) => found[index]?.isMatch),
    end: plain.find((_secret, index) => found[index]?.isLast),
  };
}

/**
 * A bound to the order's own index, for whoever looks for what is pending: nothing older than the longest TTL is, and
 * nothing past its expiry, apart from an attempt that is under way.
 */
function mayBePending(order: SecretOrder): SQL | undefined {
  if (order === "name") return undefined;
  const longest = order === "newest_first" ? MAX_TTL_SECONDS : 0;
  return sql`${ORDERS[order].key} > now() - make_interval(secs => ${longest + ATTEMPT_SECONDS})`;
}
