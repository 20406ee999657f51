import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { freePort } from "../support/api-process.ts";
import { databaseText } from "../support/database-text.ts";
import { attempt, expectScreen, openLink, readValue } from "../support/recipient.ts";
import { createSecret, leaveHandOff, rowOf, useProject } from "../support/sender.ts";
import { useStack } from "../support/stack.ts";

const metricsPort = await freePort();
const stack = useStack({ METRICS_PORT: String(metricsPort) });

const VALUE = "value-canary-7f3a91";

/** Everything a page can store: cookies, storages, address, history state, title. */
async function browserText(page: Page): Promise<string> {
  const inPage = await page.evaluate(async () =>
    JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      await indexedDB.databases(),
      await caches.keys(),
      history.state,
      document.title,
    ]),
  );
  return inPage + JSON.stringify(await page.context().storageState());
}

it("a hand-off leaves no value, passphrase or token in the database, the logs or the browsers", async () => {
  const page = await stack.current.newPerson();
  await useProject(page);
  const seen = await createSecret(page, { name: "seen", value: VALUE });
  await leaveHandOff(page);
  const burnt = await createSecret(page, { name: "burnt", value: VALUE });
  await leaveHandOff(page);
  const pending = await createSecret(page, { name: "pending", value: VALUE });
  await leaveHandOff(page);

  const recipient = await stack.current.newPerson();
  await openLink(recipient, seen.link);
  await attempt(recipient, seen.passphrase);
  expect(await readValue(recipient)).toBe(VALUE);
  const other = await stack.current.newPerson();
  await openLink(other, burnt.link);
  await attempt(other, pending.passphrase);
  await expectScreen(other, "destroyed");
  await rowOf(page, "burnt").getByText("Destroyed").waitFor();

  const places = {
    database: await databaseText(stack.current.databaseUrl),
    logs: stack.current.output(),
    metrics: await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
    sender: (await browserText(page)) + (await page.content()),
    recipient: await browserText(recipient),
    other: (await browserText(other)) + (await other.content()),
  };
  // Checks the search itself: what may be stored is found.
  expect(places.database).toContain("pending");
  expect(places.logs).toContain("/graphql");
  expect(places.metrics).toContain('ttl_secrets_reveals_total{outcome="revealed"} 1');
  const secrets = [seen, burnt, pending].flatMap(({ link, passphrase }) => {
    const token = link.split("/").at(-1) ?? "";
    return [token, Buffer.from(token).toString("hex"), passphrase, passphrase.replaceAll("-", "")];
  });
  for (const needle of [
    VALUE,
    Buffer.from(VALUE).toString("hex"),
    Buffer.from(VALUE).toString("base64"),
    ...secrets,
  ]) {
    expect(needle.length).toBeGreaterThan(10);
    for (const [place, text] of Object.entries(places)) {
      expect(text.includes(needle), `found in: ${place}`).toBe(false);
    }
  }
});

it("the log names each request's operation, credential and outcome, in fixed words only", async () => {
  const page = await stack.current.newPerson();
  await useProject(page);
  const { link, passphrase } = await createSecret(page);
  const recipient = await stack.current.newPerson();
  await openLink(recipient, link);
  await attempt(recipient, passphrase);
  await readValue(recipient);
  const lines = stack.current
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): Record<string, unknown> => JSON.parse(line));
  const requests = lines.filter(({ msg }) => msg === "request");
  for (const { level, time, request, msg, ...fields } of requests) {
    expect(request).toMatch(/^[0-9a-f-]{36}$/);
    const { method, route, operation, status, ms, address, ...more } = fields;
    expect(more).toEqual({});
    expect(method).toMatch(/^[A-Z]+$/);
    expect(String(route)).not.toMatch(/vault_0|[0-9a-f]{8}-/);
    expect([undefined, "string"]).toContain(operation && typeof operation);
    expect([typeof status, typeof ms]).toEqual(["number", "number"]);
    expect(address).toMatch(/^(127\.0\.0\.1|::1)$/);
  }
  const ids = requests.map(({ request }) => request);
  expect(new Set(ids).size).toBe(ids.length);
  const operations = requests.map(({ operation }) => operation);
  expect(operations).toEqual(
    expect.arrayContaining(["mutation createTtlSecret", "mutation revealTtlSecret"]),
  );
  const start = lines.find(({ msg }) => msg === "starting");
  expect(start).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    config: { DATABASE_URL: "set", ENCRYPTION_KEYS: "set", AUTH_SECRET: "set", LOG_LEVEL: "trace" },
  });
});

it("the recipient's page sets no cookie, stores nothing, and contacts only its own server", async () => {
  const page = await stack.current.newPerson();
  await useProject(page);
  const { link, passphrase } = await createSecret(page);
  const recipient = await stack.current.newPerson();
  const requests: string[] = [];
  recipient.on("request", (request) => requests.push(request.url()));
  await openLink(recipient, link);
  await attempt(recipient, passphrase);
  await readValue(recipient);
  expect(await recipient.context().storageState()).toEqual({ cookies: [], origins: [] });
  expect(requests.filter((url) => !url.startsWith(stack.current.url))).toEqual([]);
});
