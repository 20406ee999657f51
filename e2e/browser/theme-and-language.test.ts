import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { writeDocument } from "../support/explorer.ts";
import { useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

const background = (page: Page) =>
  page.evaluate(
    () => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g)?.map(Number)[0],
  );
const stored = (page: Page) => page.evaluate(() => ({ ...localStorage }));

describe("the language", () => {
  it("is the browser's, also for a regional variant", async () => {
    const page = await stack.current.newPerson({ locale: "de-AT" });
    await page.goto("/sign-in");
    await page.getByRole("heading", { name: "Anmelden" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
    expect(await page.title()).toMatch(/^Anmelden/);
    expect(await stored(page)).toEqual({});
  });

  it("switches at once, including error messages, and keeps the input", async () => {
    const page = await stack.current.newPerson();
    await page.goto("/sign-up");
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("Email").fill("not an address");
    await page.getByLabel("Password").fill("short");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByText("Enter a complete email address.").waitFor();

    await page.getByRole("button", { name: /^Language and appearance/ }).click();
    await page.getByRole("radio", { name: "Deutsch" }).check();
    await page.getByText("Geben Sie eine vollständige E-Mail-Adresse ein.").waitFor();
    await page.getByText("Verwenden Sie 12 bis 128 Zeichen.").waitFor();
    expect(await page.getByLabel("Name").inputValue()).toBe("Ada");
    expect(await page.getByLabel("E-Mail").inputValue()).toBe("not an address");
    expect(await page.getByLabel("Passwort").inputValue()).toBe("short");
    const focused = page.getByRole("radio", { name: "Deutsch" });
    expect(await focused.evaluate((radio) => radio === document.activeElement)).toBe(true);

    await page.reload();
    await page.getByRole("button", { name: "Konto anlegen" }).waitFor();
    expect(await stored(page)).toEqual({ language: "de" });
  });

  it("can be changed while signed in, including the rows of a list", async () => {
    const page = await stack.current.newPerson();
    await useProject(page);
    const answer = await page.request.post("/graphql", {
      data: {
        query: "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { link } }",
        variables: {
          input: {
            projectId: page.url().split("/").at(-1),
            name: "VPN login",
            ttlSeconds: 3600,
            content: { value: "hunter2" },
          },
        },
      },
    });
    expect(answer.ok()).toBe(true);
    const row = page.getByTestId("ttl-secret");
    await row.getByText("Pending").waitFor();
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("radio", { name: "Deutsch" }).check();
    await row.getByText("Ausstehend").waitFor();
    await row.getByRole("button", { name: "Widerrufen" }).waitFor();
    await row.getByText(/Min\./).waitFor();
  });

  it("does not change a document in the API explorer", async () => {
    const page = await stack.current.newPerson();
    await useProject(page);
    await page.goto("/graphiql");
    await writeDocument(page, "{ viewer { email } }");
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("radio", { name: "Deutsch" }).check();
    const editor = page.getByRole("textbox", { name: "GraphQL-Dokument" });
    await editor.waitFor();
    expect(await editor.textContent()).toBe("{ viewer { email } }");
  });
});

describe("the theme", () => {
  it("follows the system until one is chosen, which persists", async () => {
    const page = await stack.current.newPerson({ colorScheme: "light" });
    await page.goto("/sign-in");
    await page.getByLabel("Password").waitFor();
    expect(await background(page)).toBeGreaterThan(200);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await background(page)).toBeLessThan(60);

    await page.getByRole("button", { name: /^Language and appearance/ }).click();
    await page.getByRole("radio", { name: "Light" }).check();
    expect(await background(page)).toBeGreaterThan(200);
    await page.reload();
    await page.getByLabel("Password").waitFor();
    expect(await background(page)).toBeGreaterThan(200);
    expect(await stored(page)).toEqual({ theme: "light" });

    await page.getByRole("button", { name: /^Language and appearance/ }).click();
    await page.getByRole("radio", { name: "System" }).check();
    expect(await background(page)).toBeLessThan(60);
    expect(await stored(page)).toEqual({});
  });
});
