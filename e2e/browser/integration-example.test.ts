/** Runs the examples of INTEGRATIONS.md as processes against the real server. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { RefusedError, TtlSecrets } from "../../api/examples/integration/client.ts";
import type { NewKey } from "../../api/test/factories.ts";
import { useApiKey } from "../support/api-key.ts";
import { attempt, openLink, readValue } from "../support/recipient.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

const fileOf = (name: string) =>
  fileURLToPath(new URL(`../../api/examples/integration/${name}`, import.meta.url));

/** A sender with a project and an API key. */
async function scene(changes: Partial<NewKey> = {}) {
  const page = await stack.current.newPerson();
  const made = await useApiKey(page, stack.current.url, changes);
  const api = new TtlSecrets({ url: stack.current.url, key: made.key });
  return { page, ...made, api, secret: { projectId: made.projectId, name: "Token", ttlSeconds: 300 } };
}

/** Starts a program with the settings of the examples. It ends with the test. */
function start(command: string, args: string[], { key, projectId }: { key: string; projectId: string }) {
  const child: ChildProcess = spawn(command, args, {
    // A process group of its own, so that its children end with it.
    detached: true,
    env: {
      ...process.env,
      TTL_SECRETS_URL: stack.current.url,
      TTL_SECRETS_KEY: key,
      PROJECT_ID: projectId,
    },
  });
  let output = "";
  let errors = "";
  child.stdout?.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    errors += chunk;
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number, output, errors }));
  onTestFinished(async () => {
    if (child.pid && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, "SIGKILL");
    await ended;
  });
  /** Waits for this output. */
  const wrote = (text: string | RegExp) =>
    expect.poll(() => output + errors, { timeout: 30_000 }).toMatch(text);
  return { ended, wrote, output: () => output };
}

const missing = ["bash", "curl", "jq", "openssl"].filter((name) => spawnSync(name, ["--version"]).error);
const curlTitle = `the example in curl${missing.length > 0 ? ` (skipped: needs ${missing.join(", ")})` : ""}`;

describe.skipIf(missing.length > 0)(curlTitle, () => {
  const curl = (made: { key: string; projectId: string }, ...args: string[]) =>
    start("bash", [fileOf("curl.sh"), ...args], made);

  it("creates, lists and follows", async () => {
    const { page, api, secret, ...made } = await scene();
    const following = curl(made, "follow");
    await api.create({ ...secret, content: { value: "v" } });
    // Changes before the stream is open are not delivered, so create until one arrives.
    await expect
      .poll(
        async () => {
          await api.create({ ...secret, name: "StreamEvent", content: { value: "v" } });
          return following.output();
        },
        { timeout: 30_000, interval: 500 },
      )
      .toContain('"StreamEvent"');
    const created = await curl(made, "create", "From curl").ended;
    expect(created).toMatchObject({ code: 0, errors: "" });
    const { link, passphrase } = JSON.parse(created.output);
    await following.wrote(/"From curl","status":"PENDING"/);
    const listed = await curl(made, "list").ended;
    expect(listed.output.split("\n")[0]).toContain('"From curl"');

    await openLink(page, link);
    await attempt(page, passphrase);
    expect(await readValue(page)).toMatch(/^[A-Za-z0-9]{32}$/);
    await following.wrote(/"From curl","status":"VIEWED"/);
    await made.revoke();
    expect((await following.ended).errors).toContain("UNAUTHENTICATED");
    expect((await curl(made, "list").ended).errors).toContain("UNAUTHENTICATED");
  });
});

describe("the example in TypeScript", () => {
  it("creates, and lists what it created", async () => {
    const { api, secret, projectId } = await scene();
    const { ttlSecret, link } = await api.create({ ...secret, content: { value: "v" } });
    expect(link).toContain("/vault_");
    expect(await api.list(projectId)).toEqual([ttlSecret]);
  });

  it("keeps following when its server is killed, and misses nothing", async () => {
    const { api, projectId, secret, page } = await scene();
    const gone = new AbortController();
    onTestFinished(() => gone.abort());
    const changes: string[] = [];
    let opened = 0;
    const following = api.follow(projectId, {
      signal: gone.signal,
      opened: () => {
        opened += 1;
      },
      lost: () => {},
      changed: ({ name, status }) => changes.push(`${name} ${status}`),
    });
    await expect.poll(() => opened).toBe(1);
    const { link } = await api.create({ ...secret, content: { value: "v" } });
    await expect.poll(() => changes).toContain("Token PENDING");
    const other = await stack.current.startAnother();
    await stack.current.kill();
    const [, vaultId, token] = new URL(link).pathname.split("/");
    await page.request.post(`${other}/graphql`, {
      data: {
        query: "mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename } }",
        variables: { input: { vaultId, token, passphrase: "a-wrong-one" } },
      },
    });
    await stack.current.start();
    await expect.poll(() => changes, { timeout: 30_000 }).toContain("Token DESTROYED");
    gone.abort();
    await following;
  });

  it("distinguishes refusals, and puts no value into an error", async () => {
    const { api, secret } = await scene();
    const error = await api
      .create({ ...secret, ttlSeconds: 1, content: { value: "VALUECANARY" } })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ code: "BAD_USER_INPUT", isPassing: false });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("CANARY");
    const forbidden = await scene({ scopes: ["TTL_SECRETS_CREATE"] });
    await expect(forbidden.api.list(forbidden.projectId)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("the third party's dashboard", () => {
  it("creates a secret, shows its status live, and reports a revoked key", async () => {
    const { page, ...made } = await scene();
    const server = start(process.execPath, [fileOf("server.ts")], made);
    await server.wrote(/ready at/);
    const url = /http:\S+/.exec(server.output())?.[0] ?? "";
    const operator = await stack.current.newPerson({ baseURL: url });
    const asked: string[] = [];
    operator.on("request", (request) => asked.push(`${request.url()} ${JSON.stringify(request.headers())}`));
    await operator.goto("/");
    await operator.getByText("Live", { exact: true }).waitFor();

    await operator.getByLabel("Name").fill("<b>Deploy</b>");
    await operator.getByLabel("Value").fill("from elsewhere");
    await operator.getByRole("button", { name: "Create" }).click();
    await operator.getByText("<b>Deploy</b>: pending").waitFor();
    const link = (await operator.locator("#link").textContent()) ?? "";
    const passphrase = (await operator.locator("#passphrase").textContent()) ?? "";

    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await attempt(recipient, passphrase);
    expect(await readValue(recipient)).toBe("from elsewhere");
    await operator.getByText("<b>Deploy</b>: viewed").waitFor();

    await made.revoke();
    await operator.getByText("The API key was revoked or has expired.").waitFor();
    await operator.getByLabel("Name").fill("Too late");
    await operator.getByLabel("Value").fill("v");
    await operator.getByRole("button", { name: "Create" }).click();
    await operator.getByRole("alert").getByText("The API key was revoked").waitFor();

    // The browser contacted its own server only and never saw the key.
    expect(asked.filter((request) => !request.startsWith(url) || request.includes(made.key))).toEqual([]);
    expect(await operator.content()).not.toContain(made.key);
    const forged = await fetch(`${url}/secrets`, { method: "POST", body: '{"name":"n","value":"v"}' });
    expect(forged.status).toBe(403);
  });
});
