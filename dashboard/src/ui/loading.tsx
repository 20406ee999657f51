import { t } from "../i18n/i18n.ts";

/** Stands for data on its way. It shows only after a moment, so that quick answers do not flicker. */
export function Loading() {
  return (
    <p className="loading" role="status">
      {t("common.loading")}
    </p>
  );
}
