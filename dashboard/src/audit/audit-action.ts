import type { AuditAction } from "../gql/graphql.ts";
import { t } from "../i18n/i18n.ts";

const words = {
  temporary_secret_create: "audit.actions.created",
  temporary_secret_viewed: "audit.actions.viewed",
  temporary_secret_failed: "audit.actions.failed",
  temporary_secret_revoked: "audit.actions.revoked",
} as const satisfies Record<AuditAction, string>;

/** Audit actions this page knows. */
export const actions = Object.keys(words) as AuditAction[];

/** Label of an audit action. An unknown action is labelled by its name, made readable. */
export function actionWord(action: string): string {
  if (Object.hasOwn(words, action)) return t(words[action as AuditAction]);
  const readable = action.replaceAll("_", " ");
  return readable.charAt(0).toUpperCase() + readable.slice(1);
}
