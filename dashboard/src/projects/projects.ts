import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { runDocument } from "../api/graphql-client.ts";
import { nextCursor, nodesOf } from "../api/pages.ts";
import { pageSize } from "../api/use-watched-pages.ts";
import {
  CreateProjectDocument,
  DeleteProjectDocument,
  ProjectDocument,
  type ProjectFieldsFragment,
  ProjectsDocument,
  RenameProjectDocument,
} from "../gql/graphql.ts";

/** A project as shown on every page. */
export type Project = ProjectFieldsFragment;

const listKey = ["projects"];

const projectQuery = (id: string) =>
  queryOptions({
    queryKey: ["project", id],
    queryFn: async ({ signal }) => (await runDocument(ProjectDocument, { id }, signal)).project,
    staleTime: 5_000,
  });

/** The vault's projects, paginated. */
export function useProjects() {
  const list = useInfiniteQuery({
    queryKey: listKey,
    queryFn: async ({ pageParam, signal }) =>
      (await runDocument(ProjectsDocument, { first: pageSize, after: pageParam }, signal)).projects,
    initialPageParam: null as string | null,
    getNextPageParam: nextCursor,
    staleTime: 2_000,
    placeholderData: keepPreviousData,
  });
  return { ...list, projects: list.data && nodesOf(list.data) };
}

/** One project. Null if it does not exist or is out of reach; the server doesn't distinguish these. */
export function useProject(id: string) {
  return useQuery(projectQuery(id));
}

/** Creates a project. */
export function useCreateProject() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (name: string) => (await runDocument(CreateProjectDocument, { name })).createProject,
    onSuccess: (project) => {
      queries.setQueryData(projectQuery(project.id).queryKey, project);
      return queries.invalidateQueries({ queryKey: listKey });
    },
  });
}

/** Renames a project. */
export function useRenameProject(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (name: string) =>
      (await runDocument(RenameProjectDocument, { id, name })).renameProject,
    onSuccess: (project) => {
      queries.setQueryData(projectQuery(id).queryKey, project);
      return queries.invalidateQueries({ queryKey: listKey });
    },
  });
}

/** Deletes a project and all its TTL secrets. */
export function useDeleteProject(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => runDocument(DeleteProjectDocument, { id }),
    onSuccess: () => queries.invalidateQueries({ queryKey: listKey }),
  });
}
