import { randomBytes, randomUUID } from "node:crypto";
import { inject } from "vitest";
import type { KeyRing } from "../../api/src/crypto/key-ring.ts";
import { hashToken } from "../../api/src/crypto/token.ts";
import { connect, type Database } from "../../api/src/db/client.ts";
import { listen } from "../../api/src/http/listen.ts";
import { expireSecrets } from "../../api/src/jobs/sweep.ts";
import { claim } from "../../api/src/secrets/attempt-store.ts";
import { destroyPending } from "../../api/src/secrets/destroy-pending.ts";
import { createTestApp, type Endpoint } from "../../api/test/app.ts";
import { createDatabase } from "../../api/test/database.ts";
import {
  createKey,
  createProject,
  createSecret,
  createSender,
  deleteProject,
  graphql,
  reveal,
  revoke,
  type Sender,
} from "../../api/test/factories.ts";
import { freePort } from "../support/api-process.ts";
import { databaseOf, throughBarrier } from "./barrier.ts";
import { DONE, type Observed, type Operation } from "./lifecycle.ts";
import { type PendingSecret, storePending } from "./pending-secret.ts";
import { endpointOf, WRONG } from "./recipients.ts";

/** Ids of the server keys. */
export const KIDS = ["k1", "k2"] as const;

/** How long a barrier waits for operations, in ms. Many never reach it, because they find nothing to wait for. */
const BARRIER_MS = 100;

/** A vault that does not hold the secret. */
const OTHER_VAULT = "vault_000000000000000000000000";

/** A key ring whose keys can be removed and restored. Restored keys are only found by `reload`. */
class ChangingRing implements KeyRing {
  readonly #all: ReadonlyMap<string, Buffer>;
  #kids: readonly string[] = KIDS;
  keys: ReadonlyMap<string, Buffer>;

  constructor(all: ReadonlyMap<string, Buffer>) {
    this.#all = all;
    this.keys = all;
  }

  get activeKid(): string {
    return this.#kids[0] ?? "";
  }

  /** Sets the ids of the keys to load, the active one first. Other keys are dropped at once. */
  set(kids: readonly string[]): void {
    this.#kids = kids;
    this.keys = this.#pick(kids.filter((kid) => this.keys.has(kid)));
  }

  async reload(): Promise<void> {
    if (this.#kids.some((kid) => !this.keys.has(kid))) this.keys = this.#pick(this.#kids);
  }

  #pick(kids: readonly string[]): Map<string, Buffer> {
    return new Map([...this.#all].filter(([kid]) => kids.includes(kid)));
  }
}

/** A created secret, and the input that a retry of its creation must repeat. */
export interface RealSecret extends PendingSecret {
  idempotencyKey?: string;
}

/**
 * The product as the model's counterpart: two APIs over HTTP, each with its own pool and key ring, on one database. Time
 * passes by moving the timestamps in a secret's row.
 */
export class LifecycleWorld {
  readonly db: Database;
  readonly sender: Sender;
  readonly apis: readonly Endpoint[];
  readonly rings: readonly ChangingRing[];
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #databases: readonly Database[];
  readonly #apiKey: Record<string, string>;
  readonly #stop: () => Promise<void>;

  private constructor(parts: {
    db: Database;
    sender: Sender;
    apis: readonly Endpoint[];
    rings: readonly ChangingRing[];
    keys: ReadonlyMap<string, Buffer>;
    databases: readonly Database[];
    apiKey: Record<string, string>;
    stop: () => Promise<void>;
  }) {
    this.db = parts.db;
    this.sender = parts.sender;
    this.apis = parts.apis;
    this.rings = parts.rings;
    this.#keys = parts.keys;
    this.#databases = parts.databases;
    this.#apiKey = parts.apiKey;
    this.#stop = parts.stop;
  }

  static async open(): Promise<LifecycleWorld> {
    const database = await createDatabase(inject("templateName"));
    const keys = new Map(KIDS.map((kid) => [kid, randomBytes(32)]));
    const authSecret = randomBytes(32).toString("base64");
    const db = connect(databaseOf(database.url, "operator"));
    const servers = await Promise.all(
      ["one", "other"].map(async (name) => {
        const own = connect(databaseOf(database.url, name));
        const keyRing = new ChangingRing(keys);
        const { fetch } = createTestApp(own, { keyRing, authSecret });
        const port = await freePort();
        const server = await listen(fetch, { port, host: "127.0.0.1" });
        const stop = async () => {
          server.hurry();
          await server.stop();
          await own.close();
        };
        return { own, keyRing, api: endpointOf({ url: `http://127.0.0.1:${port}` }), stop };
      }),
    );
    // Makes the audit events of these secrets' endings fail, as a full disk would.
    await db.sql`CREATE TABLE failing_audits (secret_id uuid PRIMARY KEY)`;
    await db.sql`
      CREATE FUNCTION fail_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM failing_audits WHERE secret_id = NEW.ttl_secret_id) THEN
          RAISE EXCEPTION 'no space left';
        END IF;
        RETURN NEW;
      END $$`;
    await db.sql`
      CREATE TRIGGER fail_audit BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION fail_audit()`;
    const apis = servers.map(({ api }) => api);
    const sender = await createSender(apis[0] as Endpoint);
    return new LifecycleWorld({
      db,
      sender,
      apis,
      rings: servers.map(({ keyRing }) => keyRing),
      keys,
      databases: servers.map(({ own }) => own),
      apiKey: (await createKey(apis[0] as Endpoint, sender)).headers,
      stop: async () => {
        await Promise.all(servers.map(({ stop }) => stop()));
        await db.close();
        await database.remove();
      },
    });
  }

  close(): Promise<void> {
    return this.#stop();
  }

  api(place: number): Endpoint {
    return this.apis[place] as Endpoint;
  }

  newProject(): Promise<string> {
    return createProject(this.api(0), this.sender);
  }

  /** Creates a secret over the API, at full hashing cost, with an idempotency key. */
  async create(api: number, projectId: string): Promise<RealSecret> {
    return this.#createWith(randomUUID(), api, projectId);
  }

  /** Stores a secret by the API's own modules, with a cheap hash and this key. */
  store(kid: string, projectId: string): Promise<RealSecret> {
    return storePending(this.db, { activeKid: kid, keys: this.#keys }, { ...this.sender, projectId });
  }

  /** Retries the create of a secret. @returns the new secret, or the error code. */
  async retry({ idempotencyKey }: RealSecret, api: number, projectId: string): Promise<RealSecret | string> {
    return this.#createWith(idempotencyKey ?? "", api, projectId).catch(
      (error: Error) => /"code":"(\w+)"/.exec(error.message)?.[1] ?? error.message,
    );
  }

  async #createWith(idempotencyKey: string, api: number, projectId: string): Promise<RealSecret> {
    const value = `value of ${randomUUID()}`;
    const input = { content: { value }, idempotencyKey };
    const created = await createSecret(this.api(api), { ...this.sender, projectId }, input);
    return { ...created, value, idempotencyKey };
  }

  /**
   * Performs operations at once, behind a barrier if `isBarred`.
   *
   * @returns each operation's answer, in the words of the model, and the plaintexts that were returned.
   */
  async perform(
    operations: readonly Operation[],
    {
      secrets,
      projectId,
      isBarred,
    }: { secrets: readonly RealSecret[]; projectId: string; isBarred: boolean },
  ): Promise<{ observed: Observed; value: string | undefined }[]> {
    const all = () =>
      Promise.all(
        operations.map(async (operation) => {
          const { answer, value } = await this.#perform(operation, secrets, projectId);
          return { observed: { operation, answer }, value };
        }),
      );
    if (!isBarred) return all();
    const ids = secrets.map(({ id }) => id);
    return (await throughBarrier(this.db.sql, ids, this.apis.length, all, BARRIER_MS)).result;
  }

  async #perform(
    operation: Operation,
    secrets: readonly RealSecret[],
    projectId: string,
  ): Promise<{ answer: string; value?: string }> {
    const secret = "secret" in operation ? secrets[operation.secret] : undefined;
    const api = "api" in operation ? this.api(operation.api) : this.api(0);
    if (!secret) {
      if (operation.kind === "sweep") await expireSecrets({ db: this.db });
      else if (operation.kind === "destroy pending") {
        await destroyPending(this.db, { which: "all", actor: "operator", reason: "destroyed_by_operator" });
      } else {
        const { errors } = await deleteProject(api, { ...this.sender, projectId });
        return { answer: errors?.[0]?.extensions.code ?? DONE };
      }
      return { answer: DONE };
    }
    switch (operation.kind) {
      case "reveal":
        return this.attempt(api, secret, operation.isRight);
      case "cut off":
        return operation.by === "death"
          ? { answer: await this.#claimAndDie(operation.api, secret) }
          : this.#withFailingAudit(secret, () => this.attempt(api, secret, operation.isRight));
      case "refused": {
        const { because } = operation;
        if (because === "blank") return answerOf(await reveal(api, { ...secret, passphrase: " \u200b" }));
        if (because === "too long")
          return answerOf(await reveal(api, { ...secret, passphrase: "x".repeat(1025) }));
        if (because === "API key") return answerOf(await reveal(api, secret, { headers: this.#apiKey }));
        return answerOf(await reveal(api, { ...secret, vaultId: OTHER_VAULT }));
      }
      case "available":
        return { answer: String(await this.isAvailable(api, secret)) };
      case "revoke": {
        const { data, errors } = await revoke(api, this.sender, secret.id);
        return { answer: errors?.[0]?.extensions.code ?? data.revokeTtlSecret.status.toLowerCase() };
      }
      case "end TTL":
        await this.#endTtl(secret.id);
        return { answer: DONE };
      case "end attempt":
        await this.db.sql`
          UPDATE ttl_secrets SET ended_at = ended_at - interval '61 s'
          WHERE id = ${secret.id} AND attempted_from IS NOT NULL`;
        return { answer: DONE };
      default:
        throw new Error(`no such operation: ${JSON.stringify(operation)}`);
    }
  }

  async attempt(api: Endpoint, secret: RealSecret, isRight: boolean) {
    return answerOf(await reveal(api, isRight ? secret : { ...secret, passphrase: WRONG }));
  }

  async isAvailable(api: Endpoint, { vaultId, token }: RealSecret): Promise<boolean> {
    const query = "query ($v: ID!, $t: String!) { ttlSecretAvailable(vaultId: $v, token: $t) }";
    const { data } = await graphql(api, query, { v: vaultId, t: token });
    return data.ttlSecretAvailable;
  }

  /** The API's view of the project's secrets, by id; undefined if the project does not exist. */
  async statuses(
    api: Endpoint,
    projectId: string,
  ): Promise<Map<string, { status: string; events: string[] }> | undefined> {
    const { data, errors } = await graphql(
      api,
      `query ($id: ID!) {
        ttlSecrets(projectId: $id, first: 100) { nodes { id status destroyedReason } }
        auditEvents(projectId: $id, first: 200) { nodes { action ttlSecretId } }
      }`,
      { id: projectId },
      { cookie: this.sender.cookie },
    );
    if (errors) return undefined;
    const events: { action: string; ttlSecretId: string }[] = data.auditEvents.nodes.toReversed();
    return new Map(
      data.ttlSecrets.nodes.map(
        ({ id, status, destroyedReason }: { id: string; status: string; destroyedReason: string | null }) => [
          id,
          {
            status: [status, destroyedReason].filter(Boolean).join(": ").toLowerCase(),
            events: events
              .filter(({ ttlSecretId }) => ttlSecretId === id)
              .map(({ action }) => action.replace("temporary_secret_", "")),
          },
        ],
      ),
    );
  }

  /** Moves the secret into the past, far enough for statements that have begun. Locks the payload first, as the API does. */
  async #endTtl(id: string): Promise<void> {
    await this.db.sql`
      WITH moved AS (
        UPDATE ttl_secret_payloads SET expires_at = now() - interval '1 hour' WHERE secret_id = ${id} RETURNING secret_id)
      UPDATE ttl_secrets SET created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'
      WHERE id IN (SELECT secret_id FROM moved)`;
  }

  async #claimAndDie(api: number, { vaultId, token }: RealSecret): Promise<string> {
    const [db, ring] = [this.#databases[api], this.rings[api]];
    if (!db || !ring) throw new Error("no such API");
    await ring.reload();
    const kids = [...ring.keys.keys()];
    const result = await claim(db, {
      tokenHash: hashToken(token),
      vaultId,
      kids,
      sourceIp: "192.0.2.1",
      seen: undefined,
    });
    return {
      claimed: "claimed",
      "not-available": "not available",
      "key-missing": "OVERLOADED",
      rewound: "?",
      "not-durable": "?",
    }[result.kind];
  }

  async #withFailingAudit<T>({ id }: RealSecret, run: () => Promise<T>): Promise<T> {
    await this.db.sql`INSERT INTO failing_audits VALUES (${id})`;
    try {
      return await run();
    } finally {
      await this.db.sql`DELETE FROM failing_audits`;
    }
  }
}

/** A recipient's answer in the words of the model. */
function answerOf(answer: { __typename: string; message?: string; value?: string; code?: string }) {
  switch (answer.__typename) {
    case "TtlSecretRevealed":
      return { answer: "revealed", value: answer.value ?? "" };
    case "TtlSecretDestroyed":
      return {
        answer: answer.message?.includes("not the right passphrase")
          ? "destroyed: wrong passphrase"
          : "destroyed",
      };
    case "TtlSecretNotAvailable":
      return { answer: "not available" };
    default:
      return { answer: answer.code ?? "?" };
  }
}
