import type { Page } from "playwright-core";
import postgres from "postgres";
import { beforeAll, describe, expect, it } from "vitest";
import { destroyPending } from "../../api/src/secrets/destroy-pending.ts";
import { cookieOf, createSecret, leaveHandOff, projectIdOf, rowOf, useProject } from "../support/sender.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
/** Another API process on the same database, used by the recipient only. */
let other: string;

beforeAll(async () => {
  other = await stack.current.startAnother();
});

/** Makes an attempt through the other process. */
async function attempt({ link, passphrase }: { link: string; passphrase: string }): Promise<string> {
  const [, vaultId, token] = new URL(link).pathname.split("/");
  const response = await fetch(`${other}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      query: "mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename } }",
      variables: { input: { vaultId, token, passphrase } },
    }),
  });
  const { data } = (await response.json()) as { data: { revealTtlSecret: { __typename: string } } };
  return data.revealTtlSecret.__typename;
}

/** A sender on a project's page with a pending secret. */
async function scene(form: { name: string; hours?: string; minutes?: string }) {
  const sender = await stack.current.newPerson();
  await useProject(sender);
  await live(sender);
  const handOff = await createSecret(sender, form);
  await leaveHandOff(sender);
  await rowOf(sender, form.name).getByText("Pending").waitFor();
  return { sender, handOff };
}

/** A project of a new account. */
async function project(): Promise<{ cookie: string; projectId: string }> {
  const sender = await stack.current.newPerson();
  await useProject(sender);
  const made = { cookie: await cookieOf(sender), projectId: projectIdOf(sender) };
  await sender.close();
  return made;
}

/** Opens a stream of the project's secrets. */
function openStream({ cookie, projectId }: { cookie: string; projectId: string }, signal: AbortSignal) {
  return fetch(`${stack.current.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream", cookie },
    body: JSON.stringify({
      query: "subscription ($projectId: ID!) { ttlSecretChanged(projectId: $projectId) { id } }",
      variables: { projectId },
    }),
    signal,
  });
}

const live = (page: Page) => page.getByTestId("live").getByText("Live", { exact: true }).waitFor();

describe("the dashboard", () => {
  it("shows changes of another process without requesting the list", async () => {
    const { sender, handOff } = await scene({ name: "Live one" });
    let questions = 0;
    sender.on("request", (request) => {
      if (request.postData()?.includes("query TtlSecrets(")) questions += 1;
    });
    expect(await attempt(handOff)).toBe("TtlSecretRevealed");
    await rowOf(sender, "Live one").getByText("Viewed").waitFor();
    expect(questions).toBe(0);
  });

  it("shows an alert after a wrong passphrase, with its address, and offers to create the secret again", async () => {
    const { sender, handOff } = await scene({ name: "Fragile", hours: "1", minutes: "30" });
    expect(await attempt({ ...handOff, passphrase: "a-wrong-one" })).toBe("TtlSecretDestroyed");
    const alert = sender.getByTestId("destroyed-alert");
    await alert.getByText(/127\.0\.0\.1/).waitFor();
    expect(await alert.textContent()).toMatch(/wrong passphrase.*not shown/s);
    await alert.getByRole("button", { name: "Create again" }).click();
    const dialog = sender.getByRole("dialog", { name: "New TTL secret" });
    await dialog.waitFor();
    expect(await dialog.getByLabel("Name").inputValue()).toBe("Fragile");
    expect(await dialog.getByLabel("Hours").inputValue()).toBe("1");
    expect(await dialog.getByLabel("Minutes").inputValue()).toBe("30");
    expect(await dialog.getByLabel("Value", { exact: true }).inputValue()).toBe("");
    expect(await alert.count()).toBe(0);
  });

  it("names no address and no attempt after a failover", async () => {
    const { sender } = await scene({ name: "Restored" });
    const sql = postgres(stack.current.databaseUrl, { max: 1 });
    const ended = { which: "all", actor: "server", reason: "database_restored" } as const;
    await destroyPending({ sql }, ended);
    await sql.end();
    const alert = sender.getByTestId("destroyed-alert");
    await alert.getByText(/failed over or was restored/).waitFor();
    expect(await alert.textContent()).not.toMatch(/0\.0\.0\.0|attempt came from|has the link/);
    await sender.getByRole("link", { name: "Audit" }).click();
    const event = sender.getByTestId("audit-event").filter({ hasText: "Failed attempt" });
    await event.getByText("Database restored or failed over").waitFor();
    expect(await event.textContent()).toContain("None (no request)");
  });

  it("misses nothing when its process is killed, and says that it is not live", async () => {
    const { sender, handOff } = await scene({ name: "Survivor" });
    await stack.current.kill();
    await sender
      .getByTestId("live")
      .getByText(/Not live/)
      .waitFor();
    expect(await attempt({ ...handOff, passphrase: "a-wrong-one" })).toBe("TtlSecretDestroyed");
    await stack.current.start();
    await rowOf(sender, "Survivor").getByText("Destroyed").waitFor();
    await sender.getByTestId("destroyed-alert").waitFor();
    await live(sender);
  });

  it("reconnects when its process is stopped", async () => {
    const { sender, handOff } = await scene({ name: "Patient" });
    await stack.current.stop();
    expect(await attempt(handOff)).toBe("TtlSecretRevealed");
    await stack.current.start();
    await rowOf(sender, "Patient").getByText("Viewed").waitFor();
    await live(sender);
  });

  it("keeps its list while the API is down, says so, and continues when it is back", async () => {
    const page = await stack.current.newPerson();
    await useProject(page);
    await createSecret(page, { name: "survivor" });
    await page.reload();
    await rowOf(page, "survivor").waitFor();
    await stack.current.stop();
    await page
      .getByText(/can.t reach the server/i)
      .first()
      .waitFor();
    expect(await rowOf(page, "survivor").isVisible()).toBe(true);
    await stack.current.start();
    await page
      .getByText(/can.t reach the server/i)
      .first()
      .waitFor({ state: "hidden", timeout: 30_000 });
    await rowOf(page, "survivor").getByText("Pending").waitFor();
  });
});

describe("a process", () => {
  it("survives clients that disconnect at any moment", async () => {
    const sender = await project();
    for (let n = 0; n < 30; n++) {
      const gone = new AbortController();
      // From before the answer's headers to well after them.
      setTimeout(() => gone.abort(), n * 3);
      await openStream(sender, gone.signal)
        .then((response) => response.text())
        .catch(() => "gone");
    }
    expect((await fetch(`${stack.current.url}/healthz`)).status).toBe(200);
    expect(stack.current.output()).not.toContain("after an error");
  });
});
