import { asApiError } from "../api/api-error.ts";
import { AuditSection } from "../audit/audit-section.tsx";
import { t } from "../i18n/i18n.ts";
import { usePageTitle } from "../page/title.ts";
import { ProjectHeader } from "../projects/project-header.tsx";
import { useProject } from "../projects/projects.ts";
import { TtlSecretSection } from "../ttl-secrets/ttl-secret-section.tsx";
import { LoadFailure } from "../ui/load-failure.tsx";
import { Loading } from "../ui/loading.tsx";
import { NotFoundPage } from "./not-found-page.tsx";

/** Pages `/projects/:id` and `/projects/:id/audit`: one section of a project. */
export function ProjectPage(props: { id: string; section: "ttl-secrets" | "audit"; viewerId: string }) {
  const { id, section, viewerId } = props;
  const project = useProject(id);
  const name = project.data?.name;
  usePageTitle(name && section === "audit" ? t("audit.pageTitle", { project: name }) : name);

  if (project.data === null) return <NotFoundPage what="project" />;
  if (project.data === undefined) {
    return project.error ? (
      <LoadFailure error={asApiError(project.error)} retry={() => void project.refetch()} />
    ) : (
      <Loading />
    );
  }
  return (
    <>
      <ProjectHeader project={project.data} section={section} />
      {/* The key resets the section for another project, with its dialogs and input. */}
      {section === "audit" ? (
        <AuditSection key={id} projectId={id} />
      ) : (
        <TtlSecretSection key={id} projectId={id} viewerId={viewerId} />
      )}
    </>
  );
}
