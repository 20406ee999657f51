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
import { textOf, translate } from "../support/translated.ts";

const stack = useSharedStack();

/** Waits until the text of an element differs from what it is now. */
async function expectChange(read: () => Promise<string | null>): Promise<void> {
  const before = await read();
  expect(before).toBeTruthy();
  await expect.poll(read).not.toBe(before);
}

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
      expect(await textOf(page)).not.toContain("Something broke");
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
      expect(await textOf(page)).not.toContain("Someone has shared a secret");
    });
  },
);
