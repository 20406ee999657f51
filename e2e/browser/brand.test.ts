import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { openLink } from "../support/recipient.ts";
import { createSecret, useProject } from "../support/sender.ts";
import { useStack } from "../support/stack.ts";

const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-brand-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A logo with scripts. */
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" onload="document.title='RAN'">
  <style>circle { fill: #7700cc }</style><circle cx="16" cy="16" r="16"/>
  <script>document.title = "RAN"; document.documentElement.setAttribute("data-ran", "")</script></svg>`;
const logoFile = join(folder, "logo.svg");
writeFileSync(logoFile, LOGO);

const NAME = `Acme & "Söhne" <Vault>`;
const PHRASE = "blue heron at noon <3";
/** The colour is pale, so that the light scheme needs a darker one. */
const stack = useStack({
  BRAND_NAME: NAME,
  BRAND_COLOR: "#cc99ff",
  BRAND_LOGO: logoFile,
  RECOGNITION_PHRASE: PHRASE,
});

const accentOf = (page: Page) =>
  page.evaluate(() => {
    const probe = document.createElement("b");
    probe.style.color = "var(--accent)";
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  });

/** Opens a page and collects its policy violations and errors. */
async function newPerson(options: Parameters<typeof stack.current.newPerson>[0] = {}) {
  const complaints: string[] = [];
  const page = await stack.current.newPerson(options);
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, complaints };
}

describe("an operator's brand", () => {
  it("is on the recipient's page without any script", async () => {
    const page = await stack.current.newPerson({ javaScriptEnabled: false, colorScheme: "dark" });
    await page.goto("/vault_000000000000000000000000/AAAAAAAAAAAAAAAAAAAAAA");
    expect(await page.title()).toBe(NAME);
    await page.getByText(NAME, { exact: true }).waitFor();
    await page.getByText(PHRASE, { exact: true }).waitFor();
    const logo = page.locator("img.brand-mark");
    expect(await logo.getAttribute("src")).toMatch(/^\/brand\/assets\/logo-/);
  });

  it.each(["light", "dark"] as const)(
    "is in both apps, %s, without a policy violation",
    async (colorScheme) => {
      const { page: sender, complaints } = await newPerson({ colorScheme });
      await useProject(sender);
      await sender.getByRole("link", { name: NAME }).waitFor();
      expect(await sender.title()).toBe(`Payments · ${NAME}`);
      const { link } = await createSecret(sender);
      await sender.getByRole("dialog").getByText(PHRASE, { exact: true }).waitFor();

      const recipient = await newPerson({ colorScheme });
      await openLink(recipient.page, link);
      expect(await recipient.page.title()).toContain(` · ${NAME}`);
      await recipient.page.getByText(PHRASE, { exact: true }).waitFor();
      await recipient.page.getByText("which words appear at the top").waitFor();
      for (const page of [sender, recipient.page]) {
        const isShown = (img: SVGElement | HTMLElement) =>
          img instanceof HTMLImageElement && img.naturalWidth > 0;
        await expect.poll(() => page.locator("header img").evaluate(isShown)).toBe(true);
      }
      const accents = [await accentOf(sender), await accentOf(recipient.page)];
      expect(new Set(accents).size).toBe(1);
      // The colour itself in the dark scheme, a darker one in the light scheme.
      if (colorScheme === "dark") expect(accents[0]).toBe("rgb(204, 153, 255)");
      else expect(accents[0]).not.toBe("rgb(204, 153, 255)");
      expect([...complaints, ...recipient.complaints]).toEqual([]);
    },
  );

  it("has a logo that runs no script, even when it is opened by itself", async () => {
    const page = await stack.current.newPerson();
    await page.goto("/sign-in");
    const src = await page.locator("header img").getAttribute("src");
    const answer = await page.goto(src ?? "");
    expect(answer?.headers()["content-security-policy"]).toContain("sandbox");
    expect(await page.locator("circle").count()).toBe(1);
    expect(await page.locator("[data-ran]").count()).toBe(0);
  });
});
