import { useState } from "react";
import { Link } from "wouter";
import { t } from "../i18n/i18n.ts";
import { DeleteProjectDialog } from "./delete-project-dialog.tsx";
import type { Project } from "./projects.ts";
import { RenameProjectDialog } from "./rename-project-dialog.tsx";

/** Header of a project: name, actions, and tabs of its sections. */
export function ProjectHeader({ project, section }: { project: Project; section: "ttl-secrets" | "audit" }) {
  const [dialog, setDialog] = useState<"rename" | "delete" | null>(null);
  const path = `/projects/${encodeURIComponent(project.id)}`;
  const close = () => setDialog(null);
  return (
    <header className="project-header">
      <p className="breadcrumb">
        <Link href="/">{t("projects.heading")}</Link>
      </p>
      <div className="page-head">
        <h1 translate="no">{project.name}</h1>
        <div className="page-actions">
          <button type="button" className="button button-quiet" onClick={() => setDialog("rename")}>
            {t("projects.rename")}
          </button>
          <button
            type="button"
            className="button button-quiet button-quiet-danger"
            onClick={() => setDialog("delete")}
          >
            {t("projects.delete")}
          </button>
        </div>
      </div>
      <nav className="tabs" aria-label={t("projects.sections")}>
        <Link href={path} aria-current={section === "ttl-secrets" ? "page" : undefined}>
          {t("ttlSecrets.heading")}
        </Link>
        <Link href={`${path}/audit`} aria-current={section === "audit" ? "page" : undefined}>
          {t("audit.heading")}
        </Link>
      </nav>
      {dialog === "rename" ? <RenameProjectDialog project={project} onClose={close} /> : null}
      {dialog === "delete" ? <DeleteProjectDialog project={project} onClose={close} /> : null}
    </header>
  );
}
