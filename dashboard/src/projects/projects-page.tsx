import { useState } from "react";
import { Link } from "wouter";
import { asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { usePageTitle } from "../page/title.ts";
import { NextIcon, PlusIcon, RingIcon } from "../ui/icons.tsx";
import { LoadFailure } from "../ui/load-failure.tsx";
import { LoadMore } from "../ui/load-more.tsx";
import { Loading } from "../ui/loading.tsx";
import { RichText } from "../ui/rich-text.tsx";
import { Time } from "../ui/time.tsx";
import { CreateProjectDialog } from "./create-project-dialog.tsx";
import { FirstSecretButton } from "./first-secret-button.tsx";
import { type Project, useProjects } from "./projects.ts";

/** Page `/`: the vault's projects. */
export function ProjectsPage() {
  usePageTitle(t("projects.heading"));
  const list = useProjects();
  const [creating, setCreating] = useState(false);
  const create = () => setCreating(true);
  const empty = list.projects?.length === 0;

  return (
    <>
      <div className="page-head">
        <h1>{t("projects.heading")}</h1>
        {list.projects && !empty ? (
          <button type="button" className="button button-primary" onClick={create}>
            <PlusIcon />
            <span>{t("projects.new")}</span>
          </button>
        ) : null}
      </div>
      {list.projects ? (
        empty ? (
          <div className="empty">
            <RingIcon left={0.75} />
            <h2>{t("projects.empty")}</h2>
            <p>{t("projects.emptyText")}</p>
            <FirstSecretButton />
            <button type="button" className="button button-quiet" onClick={create}>
              <PlusIcon />
              <span>{t("projects.new")}</span>
            </button>
          </div>
        ) : (
          <>
            <ul className="project-list">
              {list.projects.map((project) => (
                <ProjectRow key={project.id} project={project} />
              ))}
            </ul>
            <LoadMore
              hasMore={list.hasNextPage}
              loadingMore={list.isFetchingNextPage}
              loadMoreError={list.isFetchNextPageError ? asApiError(list.error) : null}
              loadMore={() => void list.fetchNextPage()}
            />
          </>
        )
      ) : list.error ? (
        <LoadFailure error={asApiError(list.error)} retry={() => void list.refetch()} />
      ) : (
        <Loading />
      )}
      {creating ? <CreateProjectDialog onClose={() => setCreating(false)} /> : null}
    </>
  );
}

function ProjectRow({ project }: { project: Project }) {
  const pending = project.pendingTtlSecretCount;
  return (
    <li className="project-row" data-testid="project">
      <Link href={`/projects/${encodeURIComponent(project.id)}`} translate="no">
        {project.name}
      </Link>
      <span className="project-pending" data-pending={pending > 0 || undefined}>
        {pending > 0 ? <RingIcon left={0.7} /> : null}
        <span>{t("projects.pending", { count: pending })}</span>
      </span>
      <span className="project-created">
        <RichText i18nKey="projects.created" components={{ time: <Time at={project.createdAt} /> }} />
      </span>
      <NextIcon />
    </li>
  );
}
