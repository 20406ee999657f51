import type { ApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { errorText } from "./error-text.ts";
import { Notice } from "./notice.tsx";

/** Button at the end of a list that loads more, while there is more. */
export function LoadMore(props: {
  hasMore: boolean;
  loadingMore: boolean;
  loadMoreError: ApiError | null;
  loadMore: () => void;
  /** Label, if not "Load more". */
  label?: string | undefined;
}) {
  return (
    <>
      {props.loadMoreError ? <Notice>{errorText(props.loadMoreError)}</Notice> : null}
      {props.hasMore ? (
        <div className="load-more">
          <button
            type="button"
            className="button"
            aria-disabled={props.loadingMore || undefined}
            onClick={props.loadMore}
          >
            {props.loadingMore ? t("common.loading") : (props.label ?? t("common.loadMore"))}
          </button>
        </div>
      ) : null}
    </>
  );
}
