import { Link } from "wouter";
import { usePageTitle } from "../shared/page-title.ts";

/** Any path that is none of ours, and projects that are not there. */
export function NotFoundPage({ what = "page" }: { what?: "page" | "project" }) {
  usePageTitle("Not found");
  return (
    <div className="plain-message">
      <h1>{what === "project" ? "Project not found" : "Page not found"}</h1>
      <p>
        {what === "project"
          ? "It was deleted, or it belongs to another vault."
          : "The address is wrong, or what was here is gone."}
      </p>
      <Link href="/" className="button">
        Go to your projects
      </Link>
    </div>
  );
}
