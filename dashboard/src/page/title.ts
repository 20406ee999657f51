import { useEffect } from "react";
import { brand } from "./brand.ts";

/** Names the browser tab after the page. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · ${brand.name}` : brand.name;
  }, [title]);
}
