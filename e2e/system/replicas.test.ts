/** The product on several machines: replicas behind nginx, one PostgreSQL behind PgBouncer in transaction mode. */
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { AUDIT_EXPORT_PATH } from "../../api/src/http/audit-export.ts";
import { type Endpoint, PUBLIC_URL } from "../../api/test/app.ts";
import { createDatabase } from "../../api/test/database.ts";
import {
  auditOf,
  createKey,
  createSecret,
  createSender,
  reveal,
  revoke,
  type Sender,
  secretOf,
} from "../../api/test/factories.ts";
import { follow } from "../../api/test/live.ts";
import { attempt, endpointOf } from "../consistency/recipients.ts";
import { type ApiProcess, freshKeys, startApi } from "../support/api-process.ts";
import { endTtl } from "../support/end-ttl.ts";
import { hasPgBouncer, startPgBouncer } from "./hosting/pgbouncer.ts";
import { hasNginx, startRoundRobin } from "./hosting/round-robin.ts";

const isInstalled = hasPgBouncer && hasNginx;
if (!isInstalled) process.stdout.write("\n  replicas behind nginx and PgBouncer: skipped, needs both\n");

/** Timeout of a change at another replica that does not arrive. */
const ARRIVAL = { timeout: 120_000 };

describe.skipIf(!isInstalled).each([2, 4])(
  "%i replicas behind nginx, with PgBouncer before PostgreSQL",
  (count) => {
    const undo: (() => Promise<unknown>)[] = [];
    let directUrl: string;
    let replicas: ApiProcess[];
    /** Sends each request to the next replica. */
    let all: Endpoint;
    let sender: Sender;

    /** Counts PostgreSQL's connections with this name. */
    const connections = async (name: string) => {
      const sql = postgres(directUrl, { max: 1 });
      const [row] = await sql<[{ count: number }]>`
        SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = ${name}`;
      await sql.end();
      return row.count;
    };

    beforeAll(async () => {
      const database = await createDatabase(inject("templateName"));
      undo.push(database.remove);
      directUrl = database.url;
      const pooler = await startPgBouncer(directUrl);
      undo.push(pooler.stop);
      const settings = {
        ...freshKeys(),
        PUBLIC_URL,
        DATABASE_DIRECT_URL: directUrl,
        TRUSTED_PROXIES: "127.0.0.1",
        LOG_LEVEL: "warn",
      };
      // At the same time, as an orchestrator does.
      replicas = await Promise.all(Array.from({ length: count }, () => startApi(pooler.url, settings)));
      undo.push(() => Promise.all(replicas.map((replica) => replica.stop())));
      const balancer = await startRoundRobin(replicas.map(({ url }) => url));
      undo.push(balancer.stop);
      all = endpointOf(balancer);
      sender = await createSender(all);
    }, 300_000);

    afterAll(async () => {
      for (const step of undo.toReversed()) await step();
    }, 120_000);

    it("reveals a secret of one replica at any other, once", async () => {
      for (const replica of replicas) {
        const secret = await createSecret(all, sender);
        const outcome = await attempt(endpointOf(replica), secret);
        expect(outcome).toEqual({ outcome: "revealed", value: "hunter2" });
        for (const other of replicas) {
          expect(await attempt(endpointOf(other), secret)).toEqual({ outcome: "not-available" });
        }
        expect((await secretOf(all, sender, secret.id)).status).toBe("VIEWED");
      }
    });

    it("reveals a secret to exactly one of many attempts through nginx", async () => {
      const secret = await createSecret(all, sender);
      const outcome = await Promise.all(Array.from({ length: 24 }, () => attempt(all, secret)));
      expect(outcome.filter((each) => each.outcome === "revealed")).toHaveLength(1);
      expect(outcome.filter((each) => each.outcome === "not-available")).toHaveLength(23);
    });

    it("delivers another replica's changes to a stream at each replica", async () => {
      for (const [index, replica] of replicas.entries()) {
        const other = endpointOf(replicas[(index + 1) % count] ?? replica);
        const stream = await follow(endpointOf(replica), sender);
        const secret = await createSecret(other, sender);
        await stream.until((event) => event.id === secret.id && event.status === "PENDING");
        await reveal(other, secret);
        await stream.until((event) => event.id === secret.id && event.status === "VIEWED");
      }
      expect(await connections("ttl-secrets live")).toBe(count);
    });

    it("sends everything else through PgBouncer, and never exceeds its pool", async () => {
      await Promise.all(Array.from({ length: 64 }, () => secretOf(all, sender, "")));
      const pooled = await connections("ttl-secrets");
      expect(pooled).toBeGreaterThan(0);
      expect(pooled).toBeLessThanOrEqual(20);
    });

    it("revokes a secret for all replicas", async () => {
      const secret = await createSecret(all, sender);
      await revoke(all, sender, secret.id);
      for (const replica of replicas) {
        expect(await attempt(endpointOf(replica), secret)).toEqual({ outcome: "not-available" });
      }
      expect((await secretOf(all, sender, secret.id)).status).toBe("REVOKED");
    });

    it("accepts an API key at any replica", async () => {
      const { key } = await createKey(all, sender);
      const answers = await Promise.all(
        replicas.map((replica) =>
          endpointOf(replica).request("/graphql", {
            method: "POST",
            headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
            body: JSON.stringify({ query: "{ projects { nodes { id } } }" }),
          }),
        ),
      );
      for (const answer of answers) {
        expect(await answer.json()).toEqual({ data: { projects: { nodes: [{ id: sender.projectId }] } } });
      }
    });

    it("sweeps an expired secret exactly once", async () => {
      const secrets = await Promise.all(Array.from({ length: 5 }, () => createSecret(all, sender)));
      await endTtl(directUrl, sender.projectId);
      const sql = postgres(directUrl, { max: 1 });
      const stored = async () => {
        const rows = await sql<{ status: string }[]>`
        SELECT status FROM ttl_secrets WHERE id = ANY(${sql.array(secrets.map(({ id }) => id))}::uuid[])`;
        const [{ left }] = await sql<[{ left: number }]>`
        SELECT count(*)::int AS left FROM ttl_secret_payloads
        WHERE secret_id = ANY(${sql.array(secrets.map(({ id }) => id))}::uuid[])`;
        return { statuses: [...new Set(rows.map(({ status }) => status))], left };
      };
      await expect.poll(stored, ARRIVAL).toEqual({ statuses: ["expired"], left: 0 });
      await sql.end();
      for (const replica of replicas) {
        for (const secret of secrets) {
          expect(await attempt(endpointOf(replica), secret)).toEqual({ outcome: "not-available" });
        }
      }
    });

    it("stores each event once, with the client's address, and exports it", async () => {
      const secret = await createSecret(all, sender);
      await reveal(all, secret);
      const events = (await auditOf(all, sender)).filter(
        ({ ttlSecretId }: { ttlSecretId: string }) => ttlSecretId === secret.id,
      );
      expect(events.map(({ action, sourceIp }: Record<string, string>) => [action, sourceIp])).toEqual([
        ["temporary_secret_create", "127.0.0.1"],
        ["temporary_secret_viewed", "127.0.0.1"],
      ]);
      const query = new URLSearchParams({ projectId: sender.projectId, format: "jsonl" });
      const answer = await all.request(`${AUDIT_EXPORT_PATH}?${query}`, {
        headers: { cookie: sender.cookie },
      });
      expect(answer.status).toBe(200);
      const exported = (await answer.text()).split("\n").filter((line) => line.includes(secret.id));
      expect(exported).toHaveLength(2);
    });
  },
);
