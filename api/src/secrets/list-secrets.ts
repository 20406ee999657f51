import { requireOwnProject } from "../accounts/ownership.ts";
import type { ProjectScope } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { badInput } from "../shared/errors.ts";
import { isNamePart } from "../shared/name.ts";
import { type Page, type PageRequest, toPage } from "../shared/paging.ts";
import type { SecretStatus, TtlSecret } from "./secret.ts";
import { findSecrets, listSecrets as readSecrets } from "./secret-list-store.ts";
import type { SecretOrder, SecretPosition } from "./secret-order.ts";

/** The number of statuses. */
const MAX_STATUSES = 5;

/** Which TTL secrets to list. Conditions left out match all. */
interface SecretFilter {
  /** 1 to 5 current statuses. */
  statuses?: SecretStatus[] | null | undefined;
  /** 1 to 200 characters that the name contains, ignoring case. */
  nameContains?: string | null | undefined;
}

/** A page of TTL secrets. */
interface SecretPage extends Page<TtlSecret> {
  /** The last row that the search examined, if it stopped at its limit. */
  end?: TtlSecret | undefined;
}

/**
 * A page of a project's TTL secrets. With a filter it may be short, or empty, and still have a next one: the search
 * for one page ends after 10,000 TTL secrets.
 *
 * @throws AppError `NOT_FOUND` when the scope has no such project; `BAD_USER_INPUT` on `filter.statuses` or
 *   `filter.nameContains`.
 */
export async function listSecrets(
  { db }: { db: Database },
  request: {
    scope: ProjectScope;
    projectId: string;
    page: PageRequest<SecretPosition>;
    order: SecretOrder;
    filter: SecretFilter;
  },
): Promise<SecretPage> {
  const { scope, projectId, page, order } = request;
  const filter = checkFilter(request.filter);
  await requireOwnProject(db.orm, scope, projectId);
  if (!filter) return toPage(await readSecrets(db.orm, { projectId, page, order }), page);
  const { rows, end } = await findSecrets(db.orm, { projectId, page, order, filter });
  const found = toPage(rows, page);
  return found.hasNextPage || !end ? found : { rows, hasNextPage: true, end };
}

function checkFilter({ statuses, nameContains }: SecretFilter) {
  if (statuses && (statuses.length < 1 || statuses.length > MAX_STATUSES)) {
    throw badInput("filter.statuses", `Pass 1 to ${MAX_STATUSES} statuses, or leave them out for all.`);
  }
  if (nameContains != null && !isNamePart(nameContains)) {
    throw badInput(
      "filter.nameContains",
      "Pass 1 to 200 characters of plain text on one line, or leave it out.",
    );
  }
  if (!statuses && nameContains == null) return undefined;
  return { statuses: statuses ?? undefined, nameContains: nameContains ?? undefined };
}
