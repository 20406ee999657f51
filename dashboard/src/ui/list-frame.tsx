import type { ReactNode } from "react";
import type { WatchedPages } from "../api/use-watched-pages.ts";
import { t } from "../i18n/i18n.ts";
import { errorText } from "./error-text.ts";
import { LoadFailure } from "./load-failure.tsx";
import { LoadMore } from "./load-more.tsx";
import { Loading } from "./loading.tsx";
import { Notice } from "./notice.tsx";

/**
 * Shows a watched list in any state: loading, failed, empty or loaded, with "Load more" and a note if it may be out
 * of date.
 */
export function ListFrame<Node>(props: {
  list: WatchedPages<Node>;
  /** Shown for an empty list. */
  empty: ReactNode;
  /** Label of the button below the rows, if not "Load more". */
  moreLabel?: string | undefined;
  children: (nodes: Node[]) => ReactNode;
}) {
  const { list } = props;
  if (!list.nodes) {
    return list.error ? <LoadFailure error={list.error} retry={list.retry} /> : <Loading />;
  }
  return (
    <>
      {/* The connection banner already reports an unreachable server. */}
      {list.watchError && list.watchError.code !== "UNREACHABLE" ? (
        <Notice tone="warn">{t("common.outOfDate", { why: errorText(list.watchError) })}</Notice>
      ) : null}
      {list.nodes.length === 0 ? (
        props.empty
      ) : (
        <div className="list" aria-busy={list.isChanging || undefined}>
          {props.children(list.nodes)}
          <LoadMore {...list} label={props.moreLabel} />
        </div>
      )}
    </>
  );
}
