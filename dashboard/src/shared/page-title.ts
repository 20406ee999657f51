import { useEffect } from "react";

/** Names the browser tab after the page. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · TTL Secrets` : "TTL Secrets";
  }, [title]);
}
