import { describe, expect, it } from "vitest";
import { bytesOf } from "../support/download.ts";
import { attempt, expectScreen, readValue } from "../support/recipient.ts";
import {
  available,
  GOOD,
  isFocused,
  LINK,
  MULTI_LINE,
  open,
  reach,
  refused,
  revealed,
  visit,
} from "../support/recipient-answers.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

it("from opening to a copied value, the keyboard is enough and the focus is never lost", async () => {
  const { page } = await visit(stack.current, { reveal: revealed("hunter2") });
  await page.goto(LINK);
  await expectScreen(page, "asking");
  const tabTo = async (selector: string) => {
    for (let stops = 0; stops < 12; stops++) {
      await page.keyboard.press("Tab");
      expect(await isFocused(page, "body"), "the focus is lost").toBe(false);
      if (await isFocused(page, selector)) return;
    }
    throw new Error(`Tab never reaches ${selector}`);
  };
  await tabTo("#passphrase");
  await page.keyboard.type(GOOD);
  await page.keyboard.press("Enter");
  await expectScreen(page, "revealed");
  expect(await isFocused(page, "h1")).toBe(true);
  await tabTo(".revealed .primary");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.getByRole("status").first().textContent()).toContain("Copied.");
  expect(await isFocused(page, ".revealed .primary")).toBe(true);
});

describe("switching the language", () => {
  it("keeps what was typed, the countdown, the value and the focus", async () => {
    const { page } = await visit(stack.current, { reveal: revealed("hunter2") });
    await page.goto(LINK);
    await page.getByLabel("Passphrase").fill(GOOD);
    await page.getByText(/^Time left to open it: (50|49) minutes$/).waitFor();
    const languages = page.locator(".language");
    await languages.selectOption("ar");
    await page.getByRole("heading", { name: "شارك أحدهم سرًّا معك" }).waitFor();
    expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
    expect(await page.locator("#passphrase").inputValue()).toBe(GOOD);
    expect(await page.locator(".left").textContent()).toMatch(/^الوقت المتبقي لفتحه: .+/);
    await languages.selectOption("de");
    await page.getByRole("button", { name: "Geheimnis anzeigen" }).click();
    await reach(page, "revealed");
    await languages.focus();
    await languages.selectOption("ja");
    await page.getByRole("button", { name: "秘密をコピー" }).waitFor();
    expect(await page.getByTestId("secret-value").textContent()).toBe("hunter2");
    expect(await isFocused(page, ".language")).toBe(true);
    await languages.selectOption("en");
    await page.getByRole("heading", { name: "Here is your secret" }).waitFor();
  });

  it("reports a language that does not load, and keeps the current one", async () => {
    const { page } = await visit(stack.current, {});
    await page.goto(LINK);
    await expectScreen(page, "asking");
    await page.route("**/reveal/assets/*.js", (route) => route.abort());
    await page.locator(".language").selectOption("fr");
    await page.getByText("This language could not be loaded.").waitFor();
    expect(await page.locator(".language").inputValue()).toBe("en");
  });
});

describe("the countdown", () => {
  it("follows the server's seconds, not the device's clock, and ends at expiry", async () => {
    const visitor = await visit(stack.current, { check: available(420) });
    const { page } = visitor;
    // The installed clock also runs by itself, so nothing below depends on a single second.
    await page.clock.install({ time: "2001-01-01T00:00:00Z" });
    await page.goto(LINK);
    await page.getByText(/^Time left to open it: (7 minutes|6 minutes, \d+ seconds?)$/).waitFor();
    await page.getByLabel("Passphrase").fill("anchor");
    const spoken = page.locator(".card > .unseen");
    expect(await spoken.textContent()).toBe("");
    await page.clock.setSystemTime("2031-01-01T00:00:00Z");
    await page.clock.runFor(125_000);
    expect(await page.locator(".left").textContent()).toMatch(/: [43] minutes/);
    const said = await spoken.textContent();
    expect(said).toMatch(/: [54] minutes/);
    await page.clock.runFor(30_000);
    expect(await spoken.textContent()).toBe(said);
    await page.clock.runFor(420_000);
    await page.getByRole("heading", { name: "This secret has expired" }).waitFor();
    expect(await isFocused(page, "h1")).toBe(true);
    expect(await page.locator("#passphrase").inputValue()).toBe("");
    expect(visitor.attempts).toBe(0);
  });

  it("of a rate-limited attempt says when to try again, and keeps what was typed", async () => {
    const visitor = await visit(stack.current, { reveal: refused("RATE_LIMITED", 42) });
    const { page } = visitor;
    await page.clock.install();
    await open(page);
    await page.getByText(/^You can try again in [34]\d seconds\.$/).waitFor();
    const button = page.getByRole("button", { name: "View secret" });
    expect(await button.isDisabled()).toBe(true);
    await page.clock.runFor(43_000);
    await page.getByText("You can try again now.").waitFor();
    expect(await page.getByLabel("Passphrase").inputValue()).toBe(GOOD);
    visitor.answers = { reveal: revealed("hunter2") };
    await button.click();
    expect(await readValue(page)).toBe("hunter2");
    expect(visitor.attempts).toBe(2);
  });
});

it("offline, sends nothing, and the same words work once the connection is back", async () => {
  const visitor = await visit(stack.current, { reveal: revealed("hunter2") });
  const { page } = visitor;
  await page.goto(LINK);
  await expectScreen(page, "asking");
  await page.context().setOffline(true);
  await attempt(page, GOOD);
  await page.getByRole("heading", { name: "You are offline" }).waitFor();
  expect(visitor.attempts).toBe(0);
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "View secret" }).click();
  expect(await readValue(page)).toBe("hunter2");
});

it("an attempt without an answer is checked, never repeated, and reported as unknown", async () => {
  const visitor = await visit(stack.current, { reveal: "lost" });
  const { page } = visitor;
  await open(page);
  await page.getByText("The secret may have been opened or destroyed, or it may still be there.").waitFor();
  visitor.answers = { check: available() };
  await page.getByRole("button", { name: "Check the link" }).click();
  await page.getByText("The secret is still there.").waitFor();
  expect(visitor.attempts).toBe(1);
});

describe("the value", () => {
  it("is saved as a file byte for byte, under a neutral name, after which leaving does not warn", async () => {
    const { page } = await visit(stack.current, { reveal: revealed(MULTI_LINE) });
    const warnings: string[] = [];
    page.on("dialog", (dialog) => {
      warnings.push(dialog.type());
      dialog.dismiss().catch(() => {});
    });
    await open(page);
    await expectScreen(page, "revealed");
    await page.reload({ timeout: 2000 }).catch(() => {});
    expect(warnings).toEqual(["beforeunload"]);
    expect(await readValue(page)).toBe(MULTI_LINE);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download as a file" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("secret.txt");
    expect(await bytesOf(file)).toEqual(Buffer.from(MULTI_LINE));
    await page.getByText("Downloaded as secret.txt.").waitFor();
    await page.reload();
    await expectScreen(page, "asking");
    expect(warnings).toEqual(["beforeunload"]);
    expect(await page.content()).not.toContain("BEGIN KEY");
  });

  it("of one line is not offered as a file", async () => {
    const { page } = await visit(stack.current, { reveal: revealed("hunter2") });
    await open(page);
    await expectScreen(page, "revealed");
    expect(await page.getByRole("button", { name: "Download as a file" }).isVisible()).toBe(false);
  });

  it("can be hidden, and is selected where the browser refuses to copy", async () => {
    const { page } = await visit(stack.current, { reveal: revealed("hunter2") });
    await page.addInitScript(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error("refused"));
      document.execCommand = () => false;
    });
    await open(page);
    await page.getByRole("button", { name: "Hide secret" }).click();
    expect(await page.getByText("hunter2").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Copy secret" }).click();
    await page.getByText("Your browser did not let us copy.").waitFor();
    expect(await page.evaluate(() => getSelection()?.toString())).toBe("hunter2");
    expect(await page.locator(".card").getAttribute("data-state")).toBe("revealed");
  });
});
