import type { ApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { errorText } from "./error-text.ts";
import { Notice } from "./notice.tsx";

/** Shown in place of data that failed to load: the reason, and a retry button. */
export function LoadFailure({ error, retry }: { error: ApiError; retry: () => void }) {
  return (
    <Notice>
      <p>{errorText(error)}</p>
      <button type="button" className="button" onClick={retry}>
        {t("common.tryAgain")}
      </button>
    </Notice>
  );
}
