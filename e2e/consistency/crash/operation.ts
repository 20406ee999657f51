import { randomUUID } from "node:crypto";
import type { Endpoint } from "../../../api/test/app.ts";
import { type Created, createProject, createSecret, graphql } from "../../../api/test/factories.ts";
import type { Statement } from "../../../api/test/postgres-proxy.ts";
import type { Attempt } from "../history.ts";
import type { CrashSite } from "./crash-site.ts";

/** Stored state of a secret. `absent`: never created. `gone`: deleted with its project. */
export type State = "absent" | "pending" | "viewed" | "destroyed" | "expired" | "revoked" | "gone";

/** One point of an operation at which a fault can strike. */
export interface Step {
  /** As part of a sentence: "before <name>". */
  name: string;
  statement: Statement;
  /** Whether this step commits its effect. Otherwise a later step does, or none. */
  commits: boolean;
  /** Whether the step stores an audit event. */
  audits: boolean;
  /** Allowed states if the step did not complete. */
  ifNot: readonly State[];
  /** Allowed states if it did, whatever happened afterwards. */
  ifDone: readonly State[];
  /** The row whose lock blocks the statement half-way, if any. */
  waitsFor?: "secret" | "project";
}

/** One run of an operation. */
export interface Run {
  /** The secret's value. */
  value: string;
  projectId: string;
  /** Attempts at the secret, the operation's own first. */
  attempts: Attempt[];
  /** The secret, once its link and passphrase are known. */
  secret?: Created;
  /** Performs the operation. For a request, resolves on its answer or its failure. Never throws. */
  go: () => Promise<void>;
  /** The client's answer, in words. */
  outcome: string;
  /** Disconnects the client. */
  hangUp: () => void;
  /** Every answer to the operation's requests, as text. */
  answers: string[];
  /** Retries as a client would. */
  again?: () => Promise<void>;
}

/** An operation of the product and its steps. */
export interface Operation {
  name: string;
  /** Whether a client waits for the answer. */
  hasClient: boolean;
  /** State without a fault. */
  complete: State;
  steps: readonly Step[];
  begin: (site: CrashSite) => Promise<Run>;
}

/** A project of its own and the helpers of every run. */
export async function newRun(site: CrashSite) {
  const { cookie } = site.sender;
  const sender = { ...site.sender, projectId: await createProject(site.endpoint, site.sender) };
  const leaving = new AbortController();
  const run: Run = {
    value: `value ${randomUUID()}`,
    projectId: sender.projectId,
    attempts: [],
    go: async () => {},
    outcome: "no answer yet",
    hangUp: () => leaving.abort(),
    answers: [],
  };
  /** The API for a client that can disconnect and whose answers are recorded. */
  const endpoint: Endpoint = {
    request: async (path, init) => {
      const response = await site.endpoint.request(path, { ...init, signal: leaving.signal });
      run.answers.push(await response.clone().text());
      return response;
    },
  };
  const create = () => createSecret(site.endpoint, sender, { content: { value: run.value } });
  /** Sends a request as the sender. @returns the answer's data, if any. */
  const ask = async (query: string, variables: unknown): Promise<Record<string, unknown> | undefined> => {
    const answer = await graphql(endpoint, query, variables, { cookie }).catch(() => null);
    run.outcome = answer === null ? "unanswered" : (answer.errors?.[0]?.extensions.code ?? "done");
    return answer?.data ?? undefined;
  };
  return { run, sender, endpoint, create, ask };
}
