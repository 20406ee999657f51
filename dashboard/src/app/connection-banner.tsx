import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { viewerQuery } from "../accounts/viewer.ts";
import { useReachable } from "../api/connection.ts";
import { t } from "../i18n/i18n.ts";
import { AlertIcon } from "../ui/icons.tsx";

const retryMs = 3_000;

/**
 * Banner shown while the server is unreachable. Retries until it responds, then disappears. The page stays usable
 * meanwhile.
 */
export function ConnectionBanner() {
  const queries = useQueryClient();
  const reachable = useReachable();

  useEffect(() => {
    if (reachable) {
      // Retry queries that failed while the server was unreachable.
      void queries.refetchQueries({ type: "active", predicate: (query) => query.state.status === "error" });
      return;
    }
    const retry = () => void queries.refetchQueries({ queryKey: viewerQuery.queryKey });
    const timer = setInterval(retry, retryMs);
    window.addEventListener("online", retry);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", retry);
    };
  }, [reachable, queries]);

  return (
    <div className="banner-place" role="status">
      {reachable ? null : (
        <p className="banner">
          <AlertIcon />
          <span>{t("app.unreachable")}</span>
        </p>
      )}
    </div>
  );
}
