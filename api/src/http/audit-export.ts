import { z } from "zod";
import type { Member } from "../accounts/principal.ts";
import { AUDIT_ACTIONS } from "../audit/audit-event.ts";
import { exportEvents } from "../audit/export-events.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { badInput } from "../shared/errors.ts";
import type { RateLimits } from "../shared/rate-limit.ts";

/** Path of the audit log's download. */
export const AUDIT_EXPORT_PATH = "/api/audit-export";

const TYPES = { csv: "text/csv; charset=utf-8; header=present", jsonl: "application/jsonl; charset=utf-8" };

const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .optional();

/** Query parameters; `action` may be repeated. */
const parameters = z.object({
  format: z.enum(["csv", "jsonl"]),
  projectId: z.string().optional(),
  action: z.array(z.enum(AUDIT_ACTIONS)),
  from: instant,
  to: instant,
});

const HINTS: Record<string, string> = {
  format: "Choose csv or jsonl.",
  action: `Use ${AUDIT_ACTIONS.join(", ")}.`,
  from: "Use an instant such as 2030-01-31T00:00:00Z.",
  to: "Use an instant such as 2030-01-31T00:00:00Z.",
};

/**
 * The audit log of a member's vault as a download, streamed as fast as the client reads. If reading fails midway, the
 * connection closes without HTTP's end of body, so that no client mistakes a part for the whole.
 *
 * @throws AppError `BAD_USER_INPUT` with the parameter, `NOT_FOUND`, `RATE_LIMITED`.
 */
export async function auditExport(
  deps: { db: Database; rateLimits: RateLimits; log: Logger },
  { member, query }: { member: Member; query: URLSearchParams },
): Promise<Response> {
  const parsed = parameters.safeParse({ ...Object.fromEntries(query), action: query.getAll("action") });
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? "format");
    throw badInput(field, HINTS[field] ?? "Leave it out.");
  }
  const { format, projectId, action: actions, from, to } = parsed.data;
  await deps.rateLimits.take("auditExport", { key: member.userId });
  const filter = { projectId, actions, from, to };
  const pieces = await exportEvents(deps, { member, filter, format });
  return new Response(streamOf(pieces, deps.log), {
    headers: {
      "Content-Type": TYPES[format],
      "Content-Disposition": `attachment; filename="audit-log.${format}"`,
      "Cache-Control": "no-store, no-transform",
    },
  });
}

/** Reads a piece only when the client has room for it. */
function streamOf(pieces: AsyncGenerator<string>, log: Logger): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await pieces.next();
          if (done) controller.close();
          else if (value !== "") controller.enqueue(encoder.encode(value));
          else controller.close();
        } catch (err) {
          log.error({ err }, "audit export aborted");
          controller.error(new Error("the export failed"));
        }
      },
      async cancel() {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
