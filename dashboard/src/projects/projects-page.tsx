import { useState } from "react";
import { Link } from "wouter";
import { asApiError } from "../shared/api-error.ts";
import { NextIcon, PlusIcon, RingIcon } from "../shared/icons.tsx";
import { LoadFailure } from "../shared/load-failure.tsx";
import { LoadMore } from "../shared/load-more.tsx";
import { Loading } from "../shared/loading.tsx";
import { usePageTitle } from "../shared/page-title.ts";
import { Time } from "../shared/time.tsx";
import { CreateProjectDialog } from "./create-project-dialog.tsx";
import { type Project, useProjects } from "./projects.ts";

/** `/`: the vault's projects. */
export function ProjectsPage() {
  usePageTitle("Projects");
  const list = useProjects();
  const [creating, setCreating] = useState(false);
  const create = () => setCreating(true);
  const empty = list.projects?.length === 0;

  return (
    <>
      <div className="page-head">
        <h1>Projects</h1>
        {list.projects && !empty ? (
          <button type="button" className="button button-primary" onClick={create}>
            <PlusIcon />
            New project
          </button>
        ) : null}
      </div>
      {list.projects ? (
        empty ? (
          <div className="empty">
            <RingIcon left={0.75} />
            <h2>Start with a project</h2>
            <p>
              A project keeps the TTL secrets of one system, customer or team together, with their audit log.
            </p>
            <button type="button" className="button button-primary" onClick={create}>
              <PlusIcon />
              New project
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
      <Link href={`/projects/${encodeURIComponent(project.id)}`}>{project.name}</Link>
      <span className="project-pending" data-pending={pending > 0 || undefined}>
        {pending > 0 ? <RingIcon left={0.7} /> : null}
        {pending === 0 ? "Nothing pending" : `${pending} pending ${pending === 1 ? "secret" : "secrets"}`}
      </span>
      <span className="project-created">
        Created <Time at={project.createdAt} />
      </span>
      <NextIcon />
    </li>
  );
}
