import { randomUUID } from "node:crypto";
import { type Created, createSecret } from "../../../../api/test/factories.ts";
import { newRun, type Operation, type Step } from "../operation.ts";

const CREATE = `mutation ($input: CreateTtlSecretInput!) {
  createTtlSecret(input: $input) { ttlSecret { id } link passphrase }
}`;

const INSERT = /^with "secret" as \(insert into "ttl_secrets"/;

const unfinished = {
  commits: false,
  audits: false,
  ifNot: ["absent"],
  ifDone: ["absent", "pending"],
} as const;

const CREATE_STEPS: readonly Step[] = [
  {
    ...unfinished,
    name: "the project's lock",
    statement: { text: /from "projects" .*for key share/ },
    waitsFor: "project",
  },
  {
    ...unfinished,
    name: "the secret with its payload and its audit event",
    statement: { text: INSERT },
    audits: true,
  },
  {
    ...unfinished,
    name: "the commit",
    statement: { text: /^commit/i, afterStatement: INSERT },
    commits: true,
    ifDone: ["pending"],
  },
];

/** Creates a secret without an idempotency key. A client whose answer was lost can't retry safely. */
const ONCE = creation("create", CREATE_STEPS, { isIdempotent: false, isRetry: false });

const NUMBER: Step = {
  ...unfinished,
  name: "the idempotency key",
  statement: { text: /^insert into "create_attempts"/ },
  commits: true,
};

/** Creates a secret with an idempotency key, so that the client can retry. */
const IDEMPOTENT = creation("create with an idempotency key", [NUMBER, ...CREATE_STEPS.slice(-1)], {
  isIdempotent: true,
  isRetry: false,
});

const NOTE = /^update "create_attempts" set "secret_id"/;
// The first secret or the second: one is pending in any case.
const replacing = { commits: false, audits: false, ifNot: ["pending"], ifDone: ["pending"] } as const;

/** A retried create after the first answer was lost: the second secret replaces the first. */
const RETRIED = creation(
  "retried create",
  [
    { ...NUMBER, ...replacing, commits: true },
    {
      ...replacing,
      name: "the lock on the idempotency key",
      statement: { text: /from "create_attempts" .*for update/ },
    },
    {
      ...replacing,
      name: "the deletion of the first payload",
      statement: { text: /^delete from "ttl_secret_payloads"/ },
    },
    {
      ...replacing,
      name: "the revocation of the first secret",
      statement: { text: /^update "ttl_secrets"/ },
    },
    {
      ...replacing,
      name: "the first secret's audit event",
      statement: { text: /^insert into "audit_events"/, afterStatement: /^update "ttl_secrets"/ },
      audits: true,
    },
    { ...replacing, name: "the idempotency record", statement: { text: NOTE } },
    {
      ...replacing,
      name: "the commit",
      statement: { text: /^commit/i, afterStatement: NOTE },
      commits: true,
    },
  ],
  { isIdempotent: true, isRetry: true },
);

export const CREATIONS: readonly Operation[] = [ONCE, IDEMPOTENT, RETRIED];

function creation(
  name: string,
  steps: readonly Step[],
  { isIdempotent, isRetry }: { isIdempotent: boolean; isRetry: boolean },
): Operation {
  return {
    name,
    hasClient: true,
    complete: "pending",
    steps,
    begin: async (site) => {
      const { run, sender, ask } = await newRun(site);
      const input = {
        projectId: sender.projectId,
        name: "Database password",
        ttlSeconds: 300,
        content: { value: run.value },
        ...(isIdempotent && { idempotencyKey: randomUUID() }),
      };
      run.go = async () => {
        const data = await ask(CREATE, { input });
        if (data) run.secret = toCreated(data.createTtlSecret as CreatedAnswer);
      };
      if (isIdempotent) {
        run.again = async () => {
          run.secret = await createSecret(site.endpoint, sender, input);
        };
      }
      if (isRetry) await createSecret(site.endpoint, sender, input);
      return run;
    },
  };
}

interface CreatedAnswer {
  ttlSecret: { id: string };
  link: string;
  passphrase: string;
}

function toCreated({ ttlSecret, link, passphrase }: CreatedAnswer): Created {
  const [vaultId = "", token = ""] = new URL(link).pathname.split("/").slice(1);
  return { id: ttlSecret.id, link, vaultId, token, passphrase };
}
