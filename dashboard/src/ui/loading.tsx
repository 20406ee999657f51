import { t } from "../i18n/i18n.ts";

/** Loading indicator. Appears after a short delay, so that quick responses don't flicker. */
export function Loading() {
  return (
    <p className="loading" role="status">
      {t("common.loading")}
    </p>
  );
}
