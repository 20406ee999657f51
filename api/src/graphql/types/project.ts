import { requireMember, requirePrincipal } from "../../accounts/authorization.ts";
import { projectScope } from "../../accounts/principal.ts";
import { createProject } from "../../projects/create-project.ts";
import { deleteProject } from "../../projects/delete-project.ts";
import { getProject } from "../../projects/get-project.ts";
import { listProjects } from "../../projects/list-projects.ts";
import type { Project } from "../../projects/project.ts";
import { renameProject } from "../../projects/rename-project.ts";
import { nullWhenNotFound } from "../../shared/errors.ts";
import { encodeCursor, pageRequest } from "../../shared/paging.ts";
import { builder } from "../builder.ts";
import { EDGE, toConnection } from "./connection.ts";

const ProjectType = builder.objectRef<Project>("Project").implement({
  description: "A named group of TTL secrets in a vault.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "A UUID." }),
    name: t.exposeString("name", { description: "1 to 200 characters; plain text." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
    pendingTtlSecretCount: t.exposeInt("pendingTtlSecretCount", {
      description: "Number of its TTL secrets that can still be opened. Deleting the project deletes them.",
    }),
  }),
});

const ProjectConnection = builder.connectionObject(
  {
    type: ProjectType,
    name: "ProjectConnection",
    description: "A page of a vault's projects, newest first.",
  },
  EDGE,
);

const CreateProjectInput = builder.inputType("CreateProjectInput", {
  description: "A new project.",
  fields: (t) => ({ name: t.string({ description: "1 to 200 characters, no control characters." }) }),
});

const RenameProjectInput = builder.inputType("RenameProjectInput", {
  description: "A project and its new name.",
  fields: (t) => ({
    id: t.id({ description: "`Project.id`." }),
    name: t.string({ description: "1 to 200 characters, no control characters." }),
  }),
});

builder.queryFields((t) => ({
  project: t.field({
    type: ProjectType,
    nullable: true,
    description:
      "One of your vault's projects; null when it does not exist or the caller has no access to it. An API key needs the scope `ttl-secrets:read`.",
    args: { id: t.arg.id({ description: "`Project.id`." }) },
    resolve: async (_root, { id }, context) => {
      const scope = projectScope(await requirePrincipal(context, "ttl-secrets:read"));
      return nullWhenNotFound(getProject(context.services, { scope, projectId: id }));
    },
  }),
  projects: t.field({
    type: ProjectConnection,
    description:
      "Your vault's projects, newest first; for an API key that is limited to projects, those. An API key needs the scope `ttl-secrets:read`.",
    args: {
      first: t.arg.int({
        required: false,
        description: "Maximum number of rows, 1 to 200; 50 by default; BAD_USER_INPUT otherwise.",
      }),
      after: t.arg.string({
        required: false,
        description: "`endCursor` of the previous page; omitted for the first page.",
      }),
    },
    resolve: async (_root, { first, after }, context) => {
      const projects = await listProjects(context.services, {
        scope: projectScope(await requirePrincipal(context, "ttl-secrets:read")),
        page: pageRequest(first ?? 50, after),
      });
      return toConnection(
        projects,
        ({ id, createdAt }) => encodeCursor({ id, at: createdAt }),
        after == null,
      );
    },
  }),
}));

builder.mutationFields((t) => ({
  createProject: t.field({
    type: ProjectType,
    description: "Creates a project in your vault. For members: FORBIDDEN to API keys.",
    args: { input: t.arg({ type: CreateProjectInput, description: "The new project." }) },
    resolve: async (_root, { input }, context) => {
      const { member } = await requireMember(context);
      return createProject(context.services, { member, name: input.name });
    },
  }),
  renameProject: t.field({
    type: ProjectType,
    description:
      "Renames a project. For members: FORBIDDEN to API keys. NOT_FOUND when it is not your vault's.",
    args: { input: t.arg({ type: RenameProjectInput, description: "The project and its new name." }) },
    resolve: async (_root, { input: { id, name } }, context) => {
      const { member } = await requireMember(context);
      return renameProject(context.services, { member, projectId: id, name });
    },
  }),
  deleteProject: t.id({
    description:
      "Deletes a project and, in the same transaction, all its TTL secrets, including pending ones. Audit events stay; `project_deleted` says how many pending secrets it took. Returns the id. For members: FORBIDDEN to API keys. NOT_FOUND when it is not your vault's.",
    args: { id: t.arg.id({ description: "`Project.id`." }) },
    resolve: async (_root, { id }, context) => {
      const { member } = await requireMember(context);
      await deleteProject(context.services, { member, sourceIp: context.sourceIp, projectId: id });
      return id;
    },
  }),
}));
