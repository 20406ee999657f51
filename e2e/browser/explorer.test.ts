import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectAccessible } from "../support/accessible.ts";
import { editor, writeDocument } from "../support/explorer.ts";
import { PASSWORD, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

async function openExplorer() {
  const complaints: string[] = [];
  const page = await stack.current.newPerson();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await useProject(page);
  await page.goto("/graphiql");
  await page.getByRole("heading", { name: "Query", exact: true }).waitFor();
  return { page, complaints };
}

const answer = (page: Page) => page.getByRole("region", { name: "Response" });

describe("the API explorer", () => {
  it("runs a document as the signed-in member, with the button and with the keyboard", async () => {
    const { page, complaints } = await openExplorer();
    await page.getByRole("button", { name: "Run" }).click();
    await answer(page).getByText('"name": "Payments"').waitFor();
    await writeDocument(page, "query ($first: Int) { projects(first: $first) { nodes { __typename } } }");
    await page.getByLabel("Variables").fill('{ "first": 1 }');
    await editor(page).press("ControlOrMeta+Enter");
    await answer(page).getByText('"__typename": "Project"').waitFor();
    expect(complaints).toEqual([]);
  });

  it("completes and validates by the schema, under the same policy as every page", async () => {
    const { page, complaints } = await openExplorer();
    await writeDocument(page, "{ ");
    await page.keyboard.type("viewe");
    await page.getByRole("option", { name: /^viewer/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.type(" { nothing } }");
    await page.locator(".cm-lintRange-error").first().waitFor();
    const policy = (await page.request.get("/graphiql")).headers()["content-security-policy"];
    expect(policy).toBe((await page.request.get("/")).headers()["content-security-policy"]);
    expect(complaints).toEqual([]);
  });

  it("shows the events of a subscription as they arrive, and stops it", async () => {
    const { page, complaints } = await openExplorer();
    await writeDocument(page, "{ projects { nodes { id } } }");
    await editor(page).press("ControlOrMeta+Enter");
    await answer(page).getByText('"id"').waitFor();
    const [, projectId] = /"id": "([^"]+)"/.exec((await answer(page).textContent()) ?? "") ?? [];
    await writeDocument(page, "subscription ($p: ID!) { ttlSecretChanged(projectId: $p) { name status } }");
    await page.getByLabel("Variables").fill(JSON.stringify({ p: projectId }));
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("Listening: 0 events so far.").waitFor();
    for (const name of ["first one", "second one"]) {
      await page.request.post("/graphql", {
        data: {
          query:
            "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { ttlSecret { id } } }",
          variables: { input: { projectId, name, ttlSeconds: 300, content: { value: "x" } } },
        },
      });
      await answer(page).getByText(`"name": "${name}"`).waitFor();
    }
    const shown = (await answer(page).textContent()) ?? "";
    expect(shown.indexOf("second one")).toBeLessThan(shown.indexOf("first one"));
    await expectAccessible(page, "dashboard-explorer-following");
    await page.getByRole("button", { name: "Stop" }).click();
    // An event may be delivered twice.
    await page.getByText(/^Ended after \d+ events\.$/).waitFor();
    await page.getByRole("button", { name: "Run" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("shows why a subscription was refused", async () => {
    const { page } = await openExplorer();
    await writeDocument(page, 'subscription { ttlSecretChanged(projectId: "none") { name } }');
    await editor(page).press("ControlOrMeta+Enter");
    await answer(page).getByText("NOT_FOUND").waitFor();
    await page.getByRole("button", { name: "Run" }).waitFor();
  });

  it("shows the schema's documentation, type by type", async () => {
    const { page } = await openExplorer();
    await page.getByRole("button", { name: "RevealTtlSecretInput!" }).first().click();
    const heading = page.getByRole("heading", { name: "RevealTtlSecretInput" });
    await heading.waitFor();
    expect(await heading.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.getByText("passphrase", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Back" }).click();
    await page.getByRole("heading", { name: "Mutation", exact: true }).waitFor();
  });

  it("refuses variables that are not JSON, and sends nothing", async () => {
    const { page } = await openExplorer();
    const sent: string[] = [];
    page.on("request", (request) => sent.push(request.url()));
    await page.getByLabel("Variables").fill("{ first: 1 }");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("Enter the variables as a JSON object.").waitFor();
    expect(sent).toEqual([]);
  });

  it("stores no document, variable or answer in the browser", async () => {
    const { page } = await openExplorer();
    await writeDocument(page, `mutation DOCUMENTCANARY($v: ID!) { deleteProject(id: $v) }`);
    await page.getByLabel("Variables").fill('{ "v": "VALUECANARY" }');
    await page.getByRole("button", { name: "Run" }).click();
    await answer(page).getByText("NOT_FOUND").waitFor();
    const stored = await page.evaluate(async () =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        history.state,
        document.cookie,
        location.href,
        (await indexedDB.databases()).map(({ name }) => name),
        await caches.keys(),
      ]),
    );
    expect(stored).not.toContain("CANARY");
    await page.reload();
    await page.getByRole("heading", { name: "Query", exact: true }).waitFor();
    expect(await page.getByLabel("Variables").inputValue()).toBe("");
    expect(await editor(page).textContent()).not.toContain("CANARY");
  });

  it("redirects to sign-in without a session, and back afterwards", async () => {
    const page = await stack.current.newPerson();
    const email = await useProject(page);
    await page.context().clearCookies();
    await page.goto("/graphiql");
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Query", exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/graphiql");
  });

  it("is linked from the account menu", async () => {
    const page = await stack.current.newPerson();
    await useProject(page);
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("link", { name: "API explorer" }).click();
    await page.getByRole("heading", { name: "API explorer" }).waitFor();
  });
});
