import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { endTtl } from "../support/end-ttl.ts";
import { openLink } from "../support/recipient.ts";
import {
  createHandOff,
  createSecret,
  leaveHandOff,
  projectIdOf,
  rowOf,
  useProject,
} from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";
import { translate } from "../support/translated.ts";

const stack = useSharedStack();

const text = (page: Page) =>
  page
    .locator("body")
    .allInnerTexts()
    .then((all) => all.join("\n"));

/** Waits until the text of an element differs from what it is now. */
async function expectChange(read: () => Promise<string | null>): Promise<void> {
  const before = await read();
  expect(before).toBeTruthy();
  await expect.poll(read).not.toBe(before);
}

/** Chooses the language by the account menu, which stays open. */
const speak = (page: Page, language: "English" | "Deutsch") =>
  page.getByRole("radio", { name: language }).check();

describe.each([{ everything: false }, { everything: true }])(
  "translated by the browser (everything: $everything)",
  (how) => {
    it("the dashboard's countdowns move, and a secret's end changes its row", async () => {
      const page = await stack.current.newPerson();
      await useProject(page);
      await createSecret(page, { name: "VPN login" });
      await translate(page, how);
      await expectChange(() => page.locator(".hand-off-remaining").textContent());
      await leaveHandOff(page);
      const row = rowOf(page, "VPN login");
      await row.getByText("Pending").waitFor();
      await translate(page, how);
      await expectChange(() => row.locator(".cell-countdown").textContent());
      await endTtl(stack.current.databaseUrl, projectIdOf(page));
      await row.getByText("Expired", { exact: true }).waitFor();
      await row.getByRole("button", { name: "Create again" }).waitFor();
      expect(await row.getByText("Pending").count()).toBe(0);
    });

    it("the list of projects shows a new count of pending secrets", async () => {
      const page = await stack.current.newPerson();
      await useProject(page);
      const projectId = projectIdOf(page);
      await page.goto("/");
      const row = page.getByTestId("project");
      await row.getByText("Nothing pending").waitFor();
      await translate(page, how);
      const created = await page.request.post("/graphql", {
        data: {
          query: "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { link } }",
          variables: { input: { projectId, name: "x", ttlSeconds: 3600, content: { value: "hunter2" } } },
        },
      });
      expect(created.ok()).toBe(true);
      // As when the tab is chosen again.
      await expect
        .poll(async () => {
          await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
          await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
          return row.textContent();
        })
        .toContain("1 pending secret");
      expect(await text(page)).not.toContain("Something broke");
    });

    it.each([
      ["a project with secrets", (path: string) => path],
      ["the audit log", (path: string) => `${path}/audit`],
      ["the projects", () => "/"],
      ["the API keys", () => "/api-keys"],
    ])("no text stands still: %s in another language", async (_what, pathOf) => {
      const page = await stack.current.newPerson();
      await useProject(page);
      const { pathname } = new URL(page.url());
      await createSecret(page, { name: "VPN login", hours: "20" });
      await leaveHandOff(page);
      await page.goto(pathOf(pathname));
      await page.waitForLoadState("networkidle").catch(() => {});
      await page.getByRole("button", { name: /^Account/ }).click();
      await speak(page, "Deutsch");
      await page.getByRole("heading", { level: 1 }).waitFor();
      // Times differ between two looks.
      const still = async () =>
        (await text(page))
          .replace(/.*(\bvor |\bin \d|jetzt|gerade).*/g, "")
          .split(/\s*\n\s*/)
          .filter(Boolean);
      await page.getByTestId("project").or(page.locator("main")).first().waitFor();
      const german = await still();
      await speak(page, "English");
      await translate(page, how);
      await speak(page, "Deutsch");
      await expect.poll(still).toEqual(german);
    });

    it("the recipient's page counts down and changes its texts", async () => {
      const { link } = await createHandOff(stack.current, { ttlSeconds: 300 });
      const page = await stack.current.newPerson();
      await openLink(page, link);
      await translate(page, how);
      await expectChange(() => page.locator(".left").textContent());
      await page.getByLabel("Passphrase").fill("anchor bnajo");
      await page.getByRole("button", { name: /banjo/ }).waitFor();
      await translate(page, how);
      await page.getByRole("button", { name: /banjo/ }).click();
      expect(await page.getByLabel("Passphrase").inputValue()).toMatch(/^anchor banjo/);
      await page.locator("select.language").selectOption("de");
      await page
        .getByRole("button", { name: "Geheimnis anzeigen" })
        .or(page.getByText(/Jemand/))
        .first()
        .waitFor();
      expect(await text(page)).not.toContain("Someone has shared a secret");
    });
  },
);
