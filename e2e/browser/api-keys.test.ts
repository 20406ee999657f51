import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { databaseText } from "../support/database-text.ts";
import { createSecret, openDialog, projectIdOf, rowOf, submitDialog, useProject } from "../support/sender.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

async function ownerAtKeys() {
  const page = await stack.current.newPerson({ permissions: ["clipboard-read", "clipboard-write"] });
  const email = await useProject(page);
  const projectId = projectIdOf(page);
  await page.getByRole("button", { name: new RegExp(email) }).click();
  await page.getByRole("link", { name: "API keys" }).click();
  await page.getByRole("heading", { name: "API keys", level: 1 }).waitFor();
  return { page, email, projectId };
}

/** Creates a key through the dialog. The key stays on screen. */
async function createKey(page: Page, name: string): Promise<string> {
  await page.getByRole("button", { name: "New API key" }).click();
  const dialog = page.getByRole("dialog", { name: "New API key" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("List projects and TTL secrets").check();
  await dialog.getByRole("button", { name: "Create key" }).click();
  return (await dialog.getByTestId("api-key-text").textContent()) ?? "";
}

const keyRow = (page: Page, name: string) => page.getByTestId("api-key").filter({ hasText: name });

const ask = (key: string, query: string, variables: object = {}) =>
  fetch(`${stack.current.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });

describe("the page API keys", () => {
  it("creates a key, shows it once, shows its last use, and revokes it", async () => {
    const { page, projectId } = await ownerAtKeys();
    const key = await createKey(page, "Deploy bot");
    expect(key).toMatch(/^ttlk_[\w-]{48}$/);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText(/haven.t copied the key/).waitFor();
    await page.getByRole("button", { name: "Go back" }).click();
    await page.getByRole("button", { name: "Copy key" }).click();
    await page.getByRole("button", { name: "Key copied" }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByTestId("api-key-text").waitFor({ state: "detached" });
    expect(await page.content()).not.toContain(key);
    await keyRow(page, "Deploy bot").getByText("Never").waitFor();

    const create = "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { link } }";
    const input = { projectId, name: "from a program", ttlSeconds: 300, content: { value: "v" } };
    const made = await (await ask(key, create, { input })).json();
    expect(made.errors).toBeUndefined();
    await page.reload();
    await keyRow(page, "Deploy bot")
      .getByText("127.0.0.1")
      .or(keyRow(page, "Deploy bot").getByText("::1"))
      .waitFor();

    await page.getByRole("button", { name: "Revoke Deploy bot" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
    await keyRow(page, "Deploy bot").getByText("Revoked").waitFor();
    expect((await ask(key, "{ projects { nodes { id } } }")).status).toBe(401);

    await page.goto(`/projects/${projectId}`);
    await rowOf(page, "from a program").getByText("API key “Deploy bot”").waitFor();

    // The key is not in the browser, the log or the database.
    const inBrowser = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]),
    );
    const state = JSON.stringify(await page.context().storageState());
    const places = {
      browser: inBrowser + state,
      log: stack.current.output(),
      database: await databaseText(stack.current.databaseUrl),
    };
    const bytes = Buffer.from(key.slice(5), "base64url").toString("hex");
    for (const [place, text] of Object.entries(places)) {
      for (const needle of [key, key.slice(5), bytes]) expect(text.includes(needle), place).toBe(false);
    }
    expect(places.database).toContain("Deploy bot");
  });

  it("refuses a missing name, scope, project or number of days at the field", async () => {
    const { page } = await ownerAtKeys();
    await page.getByRole("button", { name: "New API key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Create TTL secrets").uncheck();
    await dialog.getByLabel("All projects, including future ones").uncheck();
    await dialog.getByLabel("Days until it expires").fill("0");
    await dialog.getByRole("button", { name: "Create key" }).click();
    for (const text of [
      "Enter a name.",
      "Choose at least one permission.",
      "Choose 1 to 100 projects.",
      "Enter a whole number of days from 1 to 365.",
    ]) {
      await dialog.getByText(text).waitFor();
    }
    expect(await dialog.getByLabel("Name").evaluate((input) => input === document.activeElement)).toBe(true);
    await dialog.getByLabel("Payments").check();
    await dialog.getByLabel("Create TTL secrets").check();
    await dialog.getByLabel("Name").fill("One project only");
    await dialog.getByLabel("Days until it expires").fill("1");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await dialog.getByTestId("api-key-text").waitFor();
    await page.reload();
    await keyRow(page, "One project only").getByText("Payments").waitFor();
  });
});

describe("a create whose answer was lost", () => {
  it("can be retried without leaving a second pending secret", async () => {
    const page = await stack.current.newPerson();
    await useProject(page);
    await createSecret(page, { name: "before" });
    await page.reload();
    let lost = 0;
    await page.route("**/graphql", async (route) => {
      if (lost > 0 || !route.request().postData()?.includes("createTtlSecret")) return route.fallback();
      lost += 1;
      // The server executes the request; only its answer is lost.
      await route.fetch();
      await route.abort();
    });
    const dialog = await openDialog(page);
    await submitDialog(page, { name: "twice" });
    await dialog.getByText(/can.t reach the server/i).waitFor();
    await dialog.getByRole("button", { name: "Create secret" }).click();
    await page.getByTestId("link").waitFor();
    expect(lost).toBe(1);
    await page.reload();
    const rows = page.getByTestId("ttl-secret").filter({ hasText: "twice" });
    await rows.nth(1).waitFor();
    expect(await rows.count()).toBe(2);
    await rows.filter({ hasText: "Pending" }).waitFor();
    await rows.filter({ hasText: "Revoked" }).waitFor();
  });
});
