import { expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSecret, createSender, graphql, reveal } from "../../test/factories.ts";
import { HashingPool } from "../crypto/argon2.ts";
import { createMetricsApp } from "./metrics-app.ts";
import { readVitals } from "./vitals-store.ts";

const db = useDatabase();

/** The exported lines of this metric. */
async function lines({ services }: TestApp, name: string): Promise<string[]> {
  const { text } = await services.metrics.read();
  return text.split("\n").filter((line) => line.startsWith(`ttl_secrets_${name}`));
}

const start = ({ services }: TestApp, database = () => readVitals(db.current).catch(() => undefined)) =>
  services.metrics.start("1.2.3", {
    argon2: () => services.hashingPool.load,
    streams: () => services.live.streams,
    database,
  });

it("attempts are counted by outcome", async () => {
  const app = createTestApp(db.current);
  const sender = await createSender(app);
  const [right, wrong] = [await createSecret(app, sender), await createSecret(app, sender)];
  await reveal(app, right);
  await reveal(app, right);
  await reveal(app, { ...wrong, passphrase: "not the right one" });
  await reveal(app, { ...wrong, passphrase: " " });
  expect(await lines(app, "reveals_total")).toEqual([
    'ttl_secrets_reveals_total{outcome="revealed"} 1',
    'ttl_secrets_reveals_total{outcome="wrong_passphrase"} 1',
    'ttl_secrets_reveals_total{outcome="interrupted"} 0',
    'ttl_secrets_reveals_total{outcome="unreadable"} 0',
    'ttl_secrets_reveals_total{outcome="not-available"} 1',
    'ttl_secrets_reveals_total{outcome="refused"} 1',
    'ttl_secrets_reveals_total{outcome="failed"} 0',
  ]);
  expect(await lines(app, "creates_total")).toContain('ttl_secrets_creates_total{outcome="created"} 2');
  expect(await lines(app, "errors_total")).toEqual(['ttl_secrets_errors_total{code="BAD_USER_INPUT"} 1']);
});

it("requests are counted by route, operation and status class, and no label contains client input", async () => {
  const app = createTestApp(db.current);
  await graphql(app, "query CANARY { CANARY: viewer { id } }");
  await graphql(app, "{ CANARY }");
  await app.request("/CANARY?CANARY");
  await app.request("/vault_1/CANARY");
  await app.request("/api/CANARY", { method: "POST", headers: { "x-request-id": "CANARY" } });
  const counts = await lines(app, "http_request_duration_seconds_count");
  expect(counts).toContain(
    'ttl_secrets_http_request_duration_seconds_count{route="/graphql",operation="query viewer",status="2xx"} 1',
  );
  expect(counts).toHaveLength(5);
  expect((await app.services.metrics.read()).text).not.toContain("CANARY");
});

it('a request with several root fields counts as operation "several"', async () => {
  const app = createTestApp(db.current);
  const { cookie } = await createSender(app);
  await graphql(app, "{ viewer { id } projects { nodes { id } } }", {}, { cookie });
  expect((await lines(app, "http_request_duration_seconds_count")).join()).toContain('operation="several"');
});

it("database metrics are read on each scrape and absent while the database is unreachable", async () => {
  const app = createTestApp(db.current);
  const sender = await createSender(app);
  await createSecret(app, sender);
  let isUnreachable = false;
  start(app, async () => (isUnreachable ? undefined : readVitals(db.current)));
  const [pending = ""] = await lines(app, "pending");
  expect(Number(pending.split(" ")[1])).toBeGreaterThan(0);
  expect(await lines(app, "sweep_lag_seconds")).toEqual(["ttl_secrets_sweep_lag_seconds 0"]);
  expect(await lines(app, "database_up")).toEqual(["ttl_secrets_database_up 1"]);
  expect((await lines(app, "database_connections")).join()).toContain('state="active"');
  isUnreachable = true;
  expect(await lines(app, "database_up")).toEqual(["ttl_secrets_database_up 0"]);
  for (const name of ["pending", "sweep_lag_seconds", "database_connections", "database_answer"]) {
    expect(await lines(app, name)).toEqual([]);
  }
});

it("waiting and refused hashes are counted", async () => {
  const seen = { waited: 0, refused: 0 };
  const observer = { waited: () => void seen.waited++, refused: () => void seen.refused++ };
  const hashingPool = new HashingPool(1, 1, { observer });
  const door = Promise.withResolvers<void>();
  const runs = [hashingPool.run(() => door.promise), hashingPool.run(() => door.promise)];
  await expect(hashingPool.run(() => door.promise)).rejects.toThrow();
  expect(hashingPool.load.running + hashingPool.load.waiting).toBe(2);
  door.resolve();
  await Promise.all(runs);
  expect(seen).toEqual({ waited: 2, refused: 1 });
});

it("refusals are counted by rate limit", async () => {
  const app = createTestApp(db.current, { rateLimitMultiplier: 1 });
  const sender = await createSender(app);
  const secret = { vaultId: sender.vaultId, token: "AAAAAAAAAAAAAAAAAAAAAA", passphrase: "x" };
  for (let n = 0; n < 31; n++) await reveal(app, secret, { peer: "192.0.2.77" });
  expect(await lines(app, "rate_limit_refusals_total")).toEqual([
    'ttl_secrets_rate_limit_refusals_total{limit="reveal"} 1',
  ]);
});

it("metrics are served only at /metrics of their own port", async () => {
  const app = createTestApp(db.current);
  start(app);
  const metricsApp = createMetricsApp(app.services.metrics);
  const answer = await metricsApp.request("/metrics");
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  for (const name of ["nodejs_eventloop_lag_p99_seconds", "process_open_fds", 'version="1.2.3"']) {
    expect(text).toContain(name);
  }
  expect((await metricsApp.request("/")).status).toBe(404);
  expect(await (await app.request("/metrics")).text()).not.toContain("ttl_secrets_");
});
