import type { AuditAction } from "../gql/graphql.ts";
import { t } from "../i18n/i18n.ts";

const words = {
  temporary_secret_create: "audit.actions.created",
  temporary_secret_viewed: "audit.actions.viewed",
  temporary_secret_failed: "audit.actions.failed",
  temporary_secret_revoked: "audit.actions.revoked",
  project_deleted: "audit.actions.projectDeleted",
} as const satisfies Record<AuditAction, string>;

/** Audit actions that a project's log can have. A deleted project has no page. */
export const actions = (Object.keys(words) as AuditAction[]).filter((action) => action !== "project_deleted");

const reasons = {
  wrong_passphrase: "audit.reasons.wrongPassphrase",
  interrupted: "audit.reasons.interrupted",
  unreadable: "audit.reasons.unreadable",
  database_restored: "audit.reasons.restored",
  destroyed_by_operator: "audit.reasons.operator",
  project_deleted: "audit.reasons.projectDeleted",
} as const;

/** Label of an audit action. An unknown action is labelled by its name, made readable. */
export function actionWord(action: string): string {
  return Object.hasOwn(words, action) ? t(words[action as AuditAction]) : readable(action);
}

/** Label of why an attempt failed. An unknown reason is labelled by its name, made readable. */
export function reasonWord(reason: string): string {
  return Object.hasOwn(reasons, reason) ? t(reasons[reason as keyof typeof reasons]) : readable(reason);
}

function readable(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
