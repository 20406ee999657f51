import { Link } from "wouter";
import { t } from "../i18n/i18n.ts";
import { usePageTitle } from "../page/title.ts";

/** Shown for an unknown path or project. */
export function NotFoundPage({ what = "page" }: { what?: "page" | "project" }) {
  usePageTitle(t("app.notFound"));
  return (
    <div className="plain-message">
      <h1>{t(what === "project" ? "app.projectNotFound" : "app.pageNotFound")}</h1>
      <p>{t(what === "project" ? "app.projectGone" : "app.pageGone")}</p>
      <Link href="/" className="button">
        {t("app.goToProjects")}
      </Link>
    </div>
  );
}
