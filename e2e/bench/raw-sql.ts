/** The product's statements, sent by the driver with no server around them. Runs as a worker. */
import { randomBytes } from "node:crypto";
import { hashToken } from "../../api/src/crypto/token.ts";
import { connect } from "../../api/src/db/client.ts";
import { BATCH } from "../../api/src/jobs/batches.ts";
import { claim, findPayload, settle } from "../../api/src/secrets/attempt-store.ts";
import { listSecrets } from "../../api/src/secrets/secret-list-store.ts";
import { expireBatch } from "../../api/src/secrets/secret-store.ts";
import { noRollbackGuard } from "../../api/test/no-rollback-guard.ts";
import { hashedPassphrase, keyRingOf, storePending } from "../consistency/pending-secret.ts";
import type { Sender } from "./product.ts";

/** Where to send statements, for how long (ms), and how many concurrently. */
export interface Statements {
  databaseUrl: string;
  keys: { ENCRYPTION_KEYS: string };
  sender: Sender;
  concurrency: number;
  ms: number;
}

type Once = () => Promise<unknown>;

const repeat = async ({ concurrency, ms }: Statements, once: Once) => {
  let count = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (; performance.now() < start + ms; count++) await once();
    }),
  );
  return { count, perSecond: (count * 1000) / (performance.now() - start) };
};

let open: ReturnType<typeof connect> | undefined;

const databaseOf = ({ databaseUrl }: Pick<Statements, "databaseUrl">) => {
  open ??= connect(databaseUrl);
  return open;
};

/** The claim of an unknown token, which finds nothing. */
export function claimNothing(on: Statements) {
  const db = databaseOf(on);
  const kids = [...keyRingOf(on.keys).keys.keys()];
  return repeat(on, () =>
    claim(db, {
      tokenHash: randomBytes(32),
      vaultId: on.sender.vaultId,
      kids,
      sourceIp: "127.0.0.1",
      seen: undefined,
    }),
  );
}

/** The availability query of an unknown token. */
export function findNothing(on: Statements) {
  const db = databaseOf(on);
  return repeat(on, () => findPayload(db, { tokenHash: randomBytes(32), vaultId: on.sender.vaultId }));
}

/** A page of secrets. */
export function readPage(on: Statements & { projectId: string }) {
  const db = databaseOf(on);
  const page = { first: 50, after: undefined };
  return repeat(on, () => listSecrets(db.orm, { projectId: on.projectId, page, order: "newest_first" }));
}

/** All statements of a hand-off: create's inserts, the claim and the final statement. No hash is computed. */
export async function handOff(on: Statements) {
  const db = databaseOf(on);
  const ring = keyRingOf(on.keys);
  const hashed = await hashedPassphrase();
  const kids = [...ring.keys.keys()];
  return repeat(on, async () => {
    const { vaultId, token } = await storePending(db, ring, on.sender, { hashed });
    const result = await claim(db, {
      tokenHash: hashToken(token),
      vaultId,
      kids,
      sourceIp: "127.0.0.1",
      seen: undefined,
    });
    if (result.kind !== "claimed") throw new Error(result.kind);
    await settle(
      db,
      { secretId: result.claim.secretId, status: "viewed", reason: null },
      noRollbackGuard.observe,
    );
  });
}

/** Removes all expired payloads, without the product's pauses. */
export async function sweep(on: Pick<Statements, "databaseUrl" | "concurrency">) {
  const db = databaseOf(on);
  let count = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: on.concurrency }, async () => {
      for (let removed = 1; removed > 0; count += removed) removed = await expireBatch(db, BATCH);
    }),
  );
  return { count, perSecond: (count * 1000) / (performance.now() - start) };
}
