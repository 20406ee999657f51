import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { createSecret, leaveHandOff, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";
import { textOf, translate } from "../support/translated.ts";

const stack = useSharedStack();

/** Chooses the language by the account menu, which stays open. */
const speak = (page: Page, language: "English" | "Deutsch") =>
  page.getByRole("radio", { name: language }).check();

describe.each([{ everything: false }, { everything: true }])(
  "translated by the browser (everything: $everything)",
  (how) => {
    it.each([
      ["a project with secrets", (path: string) => path, "VPN login"],
      ["the audit log", (path: string) => `${path}/audit`, "VPN login"],
      ["the projects", () => "/", "1 pending secret"],
      ["the API keys", () => "/api-keys", "No API keys"],
    ])("no text stands still: %s in another language", async (_what, pathOf, loaded) => {
      const page = await stack.current.newPerson();
      await useProject(page);
      const { pathname } = new URL(page.url());
      await createSecret(page, { name: "VPN login", hours: "20" });
      await leaveHandOff(page);
      await page.goto(pathOf(pathname));
      await page.getByText(loaded).first().waitFor();
      await page.getByRole("button", { name: /^Account/ }).click();
      await speak(page, "Deutsch");
      await page.getByRole("heading", { level: 1 }).waitFor();
      // Times differ between two looks.
      const still = async () =>
        (await textOf(page))
          .replace(/.*(\bvor |\bin \d|jetzt|gerade).*/g, "")
          .split(/\s*\n\s*/)
          .filter(Boolean);
      const german = await still();
      await speak(page, "English");
      await translate(page, how);
      await speak(page, "Deutsch");
      await expect.poll(still).toEqual(german);
    });
  },
);
