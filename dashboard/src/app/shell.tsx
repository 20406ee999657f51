import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { AccountMenu } from "../accounts/account-menu.tsx";
import type { Viewer } from "../accounts/viewer.ts";
import { t } from "../i18n/i18n.ts";
import { brand } from "../page/brand.ts";
import { SettingsMenu } from "../settings/settings-menu.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";

/** Frame of every page: header, connection banner, content. */
export function Shell({ viewer, children }: { viewer: Viewer | null; children: ReactNode }) {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const firstPath = useRef(path);

  // Client-side navigation must move focus to the new page, as loading a document would.
  useEffect(() => {
    if (firstPath.current === path) return;
    firstPath.current = "";
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);

  return (
    <>
      <a className="skip-link" href="#main">
        {t("app.skip")}
      </a>
      <header>
        <div className="shell-header-inner">
          <Link href="/" className="brand">
            <img src={brand.logo} alt="" width="28" height="28" />
            {brand.name}
          </Link>
          {viewer ? <AccountMenu viewer={viewer} /> : <SettingsMenu />}
        </div>
      </header>
      <ConnectionBanner />
      <main id="main" ref={main} tabIndex={-1}>
        <ErrorBoundary key={path}>{children}</ErrorBoundary>
      </main>
    </>
  );
}
