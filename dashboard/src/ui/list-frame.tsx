import type { ReactNode } from "react";
import type { WatchedPages } from "../api/use-watched-pages.ts";
import { t } from "../i18n/i18n.ts";
import { errorText } from "./error-text.ts";
import { LoadFailure } from "./load-failure.tsx";
import { LoadMore } from "./load-more.tsx";
import { Loading } from "./loading.tsx";
import { Notice } from "./notice.tsx";

/**
 * A watched list in whatever state it is: on its way, failed, empty, or there, with "Load more" and with a word when
 * it may be out of date.
 */
export function ListFrame<Node>(props: {
  list: WatchedPages<Node>;
  /** What stands there when there is no row. */
  empty: ReactNode;
  /** What the button under the rows says, where that is not "Load more". */
  moreLabel?: string | undefined;
  children: (nodes: Node[]) => ReactNode;
}) {
  const { list } = props;
  if (!list.nodes) {
    return list.error ? <LoadFailure error={list.error} retry={list.retry} /> : <Loading />;
  }
  return (
    <>
      {/* That the server is away is said once for the whole page. */}
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
