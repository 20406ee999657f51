import { ApiError } from "../api/api-error.ts";
import { apiUrl, ownLongFetch, readJson, responseError } from "../api/http.ts";
import { type AuditFilter, filterVariables } from "./audit-filter.ts";

/** Export formats; each is also the file extension. */
export type ExportFormat = "csv" | "jsonl";

/** Time in ms before the object URL is revoked, so that the browser can start to save the file. */
const savingMs = 60_000;

/**
 * Saves a project's filtered audit events as a file, oldest first. The whole response is read as a blob before it is
 * saved, so that a truncated file can't be mistaken for a complete one.
 *
 * @throws ApiError if the response could not be read to its end; nothing is saved then.
 */
export async function saveAuditLog(
  format: ExportFormat,
  { projectId, filter }: { projectId: string; filter: AuditFilter },
): Promise<void> {
  const url = apiUrl("/api/audit-export");
  const { actions = [], ...days } = filterVariables(filter);
  url.search = new URLSearchParams({ format, projectId, ...days }).toString();
  for (const action of actions) url.searchParams.append("action", action);
  const response = await ownLongFetch(url);
  if (!response.ok) {
    const body = (await readJson(response)) as { errors?: unknown } | null;
    throw responseError(response, body?.errors);
  }
  const file = await response.blob().catch(() => {
    throw new ApiError("UNREACHABLE");
  });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = `audit-log.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), savingMs);
}
