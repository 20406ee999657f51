import { newRun, type Operation } from "../operation.ts";

const DELETION = /^delete from "projects"/;
const EVENT = /^insert into "audit_events"/;
const unfinished = {
  commits: false,
  audits: false,
  ifNot: ["pending"],
  ifDone: ["pending", "gone"],
} as const;

/** Deletes a project with its secrets. */
export const DELETE_PROJECT: Operation = {
  name: "deletion of the project",
  hasClient: true,
  complete: "gone",
  steps: [
    {
      ...unfinished,
      name: "the project's lock",
      statement: { text: /from "projects" .*for update/ },
      waitsFor: "project",
    },
    {
      ...unfinished,
      name: "the deletion of its payloads",
      statement: { text: /^delete from "ttl_secret_payloads"/ },
    },
    { ...unfinished, name: "the deletion of its rows", statement: { text: DELETION }, waitsFor: "secret" },
    {
      ...unfinished,
      name: "its audit event",
      statement: { text: EVENT, afterStatement: DELETION },
      audits: true,
    },
    {
      ...unfinished,
      name: "the commit",
      statement: { text: /^commit/i, afterStatement: EVENT },
      commits: true,
      ifDone: ["gone"],
    },
  ],
  begin: async (site) => {
    const { run, sender, create, ask } = await newRun(site);
    run.secret = await create();
    run.go = async () => {
      await ask("mutation ($id: ID!) { deleteProject(id: $id) }", { id: sender.projectId });
    };
    return run;
  },
};
