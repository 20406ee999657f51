const words: Record<string, string> = {
  temporary_secret_create: "Created",
  temporary_secret_viewed: "Viewed",
  temporary_secret_failed: "Failed attempt",
  temporary_secret_revoked: "Revoked",
};

/** An action in plain words. One this page does not know yet is shown by its own name, made readable. */
export function actionWord(action: string): string {
  const known = words[action];
  if (known) return known;
  const readable = action.replaceAll("_", " ");
  return readable.charAt(0).toUpperCase() + readable.slice(1);
}
