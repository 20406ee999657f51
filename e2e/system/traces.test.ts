import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, expect, inject, it, onTestFinished } from "vitest";
import { connect } from "../../api/src/db/client.ts";
import { PUBLIC_URL } from "../../api/test/app.ts";
import { createDatabase } from "../../api/test/database.ts";
import { createKey, createSecret, createSender, graphql, reveal } from "../../api/test/factories.ts";
import { endpointOf } from "../consistency/recipients.ts";
import { type ApiProcess, startApi } from "../support/api-process.ts";
import { type CollectedSpan, Collector } from "./collector.ts";

const PROBE = fileURLToPath(new URL("./loaded-modules.ts", import.meta.url));

const LOADED = "the tracer is loaded";

const VALUE = "canary value";

/** Cleanup after all tests, in reverse order. */
const undo: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const step of undo.toReversed()) await step();
});

async function start(env: Record<string, string>): Promise<ApiProcess> {
  const { url, remove } = await createDatabase(inject("templateName"));
  onTestFinished(remove);
  const api = await startApi(url, { PUBLIC_URL, NODE_OPTIONS: `--import=${PROBE}`, ...env });
  onTestFinished(api.kill);
  return api;
}

async function startCollector(status?: number): Promise<Collector> {
  const collector = await Collector.start(status);
  onTestFinished(() => collector.stop());
  return collector;
}

/** Performs a hand-off. @returns every confidential string in it. */
async function handOff(api: ApiProcess): Promise<string[]> {
  const there = endpointOf(api);
  const sender = await createSender(there);
  const { key } = await createKey(there, sender);
  const [secret, other] = [
    await createSecret(there, sender, { name: "canary name", content: { value: VALUE } }),
    await createSecret(there, sender),
  ];
  await graphql(
    there,
    "query Canary ($vaultId: ID!, $token: String!) { ttlSecretAvailable(vaultId: $vaultId, token: $token) }",
    secret,
  );
  await there.request(new URL(secret.link).pathname);
  expect(await reveal(there, secret)).toMatchObject({ value: VALUE });
  expect(await reveal(there, { ...other, passphrase: "canary-passphrase" })).toMatchObject({
    __typename: "TtlSecretDestroyed",
  });
  const session = decodeURIComponent(sender.cookie).split(/[=.]/);
  return [
    ...session.filter((part) => part.length > 16 && !part.includes("session")),
    ...[secret, other].flatMap(({ token, passphrase }) => [token, passphrase]),
    ...[
      VALUE,
      "canary",
      "Canary",
      "hunter2",
      "correct horse",
      sender.email,
      sender.vaultId,
      key,
      "127.0.0.1",
    ],
  ];
}

/** The span with its ancestors, outermost first, by name. */
function path(span: CollectedSpan, spans: readonly CollectedSpan[]): string {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent ? `${path(parent, spans)} › ${span.name}` : span.name;
}

it("exports the spans of a hand-off, from request to statement, without anything confidential", async () => {
  const collector = await startCollector();
  const api = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_SERVICE_NAME: "secrets of ours",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    TRUSTED_PROXIES: "127.0.0.1,::1",
  });
  const secrets = await handOff(api);
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  await graphql(
    endpointOf(api),
    "{ viewer { email } }",
    {},
    {
      headers: { "x-forwarded-for": "203.0.113.7", traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    },
  );
  // Flushes the remaining spans.
  await api.stop();

  const { spans } = collector;
  const paths = new Set(spans.map((span) => path(span, spans)));
  const attempt = "POST /graphql › mutation revealTtlSecret";
  for (const expected of [
    `${attempt} › claim › DELETE ttl_secret_payloads`,
    `${attempt} › derive`,
    `${attempt} › open`,
    `${attempt} › settle`,
    "POST /graphql › mutation createTtlSecret › derive",
    "POST /graphql › mutation createTtlSecret › transaction › seal",
    "POST /graphql › mutation createTtlSecret › transaction › INSERT ttl_secrets",
    "POST /graphql › query ttlSecretAvailable › SELECT ttl_secret_payloads",
    "POST /api/auth/sign-up/email",
    "GET /:vaultId{vault_[^/]*}/*",
    "sweep",
  ]) {
    expect([...paths]).toContain(expected);
  }
  expect([...paths].filter((each) => /healthz|readyz/.test(each))).toEqual([]);
  expect(collector.resource).toMatchObject({
    "service.name": "secrets of ours",
    "deployment.environment.name": "test",
  });
  expect(spans.filter((span) => span.traceId === traceId).map(({ name }) => name)).toContain("POST /graphql");

  expect(secrets.length).toBeGreaterThan(10);
  const all = collector.text;
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  expect(api.output()).toContain(LOADED);
});

it("marks a request with a failed field as an error, with its code and no message", async () => {
  const collector = await startCollector();
  const { url, remove } = await createDatabase(inject("templateName"));
  onTestFinished(remove);
  const api = await startApi(url, { PUBLIC_URL, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  onTestFinished(api.kill);
  const there = endpointOf(api);
  const sender = await createSender(there);
  await graphql(there, `mutation { deleteProject(id: "${randomUUID()}") }`, {}, sender);
  await graphql(there, 'mutation { createProject(input: { name: "" }) { id } }', {}, sender);
  await graphql(there, "{ viewer { email } }", {}, sender);
  const { sql, close } = connect(url, 1);
  onTestFinished(close);
  await sql`ALTER TABLE audit_events RENAME COLUMN actor TO canary_actor`;
  await graphql(
    there,
    "query ($id: ID!) { auditEvents(projectId: $id) { nodes { actor } } }",
    { id: sender.projectId },
    sender,
  );
  await api.stop();

  const outcomeOf = (name: string) => {
    const { status, attributes } = collector.spans.findLast((span) => span.name === name) ?? {};
    const type = attributes?.find(({ key }) => key === "error.type")?.value.stringValue;
    return { isError: status?.code === 2, type };
  };
  expect(outcomeOf("mutation deleteProject")).toEqual({ isError: true, type: "NOT_FOUND" });
  expect(outcomeOf("mutation createProject")).toEqual({ isError: true, type: "BAD_USER_INPUT" });
  expect(outcomeOf("query auditEvents")).toEqual({ isError: true, type: "INTERNAL" });
  expect(outcomeOf("query viewer")).toEqual({ isError: false, type: undefined });
  expect(collector.text).not.toMatch(/canary|[Ss]ign in|does not exist/);
});

it("loads no tracing module without an endpoint, or when disabled", async () => {
  const collector = await startCollector();
  const disabled = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: "true" };
  for (const env of [{}, disabled]) {
    const api = await start(env);
    await handOff(api);
    await api.stop();
    expect(api.output()).not.toContain(LOADED);
  }
  expect(collector.text).toBe("");
});

it("uses the configured sampler, logs a failing collector once, and delays no request", async () => {
  const [collector, broken] = [await startCollector(), await startCollector(400)];
  const none = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0",
  });
  await handOff(none);
  await none.stop();
  expect(collector.text).toBe("");
  const api = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: broken.url });
  await handOff(api);
  await api.stop();
  expect(broken.text).not.toBe("");
  expect(api.output().match(/traces can't be sent/g)).toHaveLength(1);
});
