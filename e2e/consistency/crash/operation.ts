import { randomUUID } from "node:crypto";
import type { Endpoint } from "../../../api/test/app.ts";
import { type Created, createProject, createSecret, graphql } from "../../../api/test/factories.ts";
import type { Statement } from "../../../api/test/postgres-proxy.ts";
import type { Attempt } from "../history.ts";
import type { CrashSite } from "./crash-site.ts";

/** Where a secret stands, as it is stored; `absent`: it was never made; `gone`: with its project. */
export type State = "absent" | "pending" | "viewed" | "destroyed" | "expired" | "revoked" | "gone";

/** One point of an operation at which everything may go wrong. */
export interface Step {
  /** As part of a sentence: "before <name>". */
  name: string;
  statement: Statement;
  /** Whether its effect is committed with it; otherwise a later step does that, or nothing ever does. */
  commits: boolean;
  /** Whether it stores an audit event. */
  audits: boolean;
  /** What may be stored when it never came to its end… */
  ifNot: readonly State[];
  /** …and when it did, whatever became of those after it. */
  ifDone: readonly State[];
  /** The row whose lock, held by somebody else, stops it half-way, if one can. */
  waitsFor?: "secret" | "project";
}

/** One run of an operation, from what it needs to what it did. */
export interface Run {
  /** What the secret would show. */
  value: string;
  projectId: string;
  /** Attempts at the secret, those of the operation itself first. */
  attempts: Attempt[];
  /** The secret, once somebody knows what opens it. */
  secret?: Created;
  /** Brings it about; where it is a request, resolves when its client has been told, or never will be. Never throws. */
  go: () => Promise<void>;
  /** In words: what the client was told. */
  told: string;
  /** Takes the client away. */
  hangUp: () => void;
  /** All that was answered to the operation's request, as text. */
  answers: string[];
  /** Asks again for what may not have been done, where a client would. */
  again?: () => Promise<void>;
}

/** Something the product does, and the steps it does it in. */
export interface Operation {
  name: string;
  /** Whether somebody waits for its answer. */
  hasClient: boolean;
  /** What is stored when nothing went wrong. */
  complete: State;
  steps: readonly Step[];
  begin: (site: CrashSite) => Promise<Run>;
}

/** A project of the run's own, and what every run needs. */
export async function newRun(site: CrashSite) {
  const { cookie } = site.sender;
  const sender = { ...site.sender, projectId: await createProject(site.endpoint, site.sender) };
  const leaving = new AbortController();
  const run: Run = {
    value: `value ${randomUUID()}`,
    projectId: sender.projectId,
    attempts: [],
    go: async () => {},
    told: "nobody asked",
    hangUp: () => leaving.abort(),
    answers: [],
  };
  /** The API for a client who may hang up and whose answers are noted. */
  const endpoint: Endpoint = {
    request: async (path, init) => {
      const response = await site.endpoint.request(path, { ...init, signal: leaving.signal });
      run.answers.push(await response.clone().text());
      return response;
    },
  };
  const create = () => createSecret(site.endpoint, sender, { content: { value: run.value } });
  /** Asks as the sender does. @returns the answer's data, if there is any. */
  const ask = async (query: string, variables: unknown): Promise<Record<string, unknown> | undefined> => {
    const answer = await graphql(endpoint, query, variables, { cookie }).catch(() => null);
    run.told = answer === null ? "unanswered" : (answer.errors?.[0]?.extensions.code ?? "done");
    return answer?.data ?? undefined;
  };
  return { run, sender, endpoint, create, ask };
}
