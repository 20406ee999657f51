import type { Page, Route } from "playwright-core";
import { describe, expect, it } from "vitest";
import { DESKTOP, expectAccessible, PHONE } from "../support/accessible.ts";
import { bytesOf } from "../support/download.ts";
import { attempt, expectScreen, leaveUnasked, readValue } from "../support/recipient.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** The page comes from the real server. Only the API's answers are fulfilled here, so that every state can be reached. */
const LINK = "/vault_000000000000000000000000/AAAAAAAAAAAAAAAAAAAAAA";
const GOOD = "anchor banjo cactus dolphin eagle falcon";
const MULTI_LINE = "-----BEGIN KEY-----\r\nabc\n  déf ✓\r\n-----END KEY-----\n";

/** An answer of the API, or what happens to the request instead. */
type Answer = object | "lost" | "never";

interface Answers {
  check?: Answer;
  reveal?: Answer;
}

const available = (secondsLeft = 3000) => ({ data: { ttlSecretAvailability: { secondsLeft } } });
const GONE = { data: { ttlSecretAvailability: null } };
const revealed = (value: string) => ({
  data: { revealTtlSecret: { __typename: "TtlSecretRevealed", value } },
});
const DESTROYED = { data: { revealTtlSecret: { __typename: "TtlSecretDestroyed", message: "m" } } };
const refused = (code: string, retryAfterSeconds?: number) => ({
  data: null,
  errors: [{ message: "m", extensions: { code, ...(retryAfterSeconds && { retryAfterSeconds }) } }],
});

async function fulfil(route: Route, answer: Answer): Promise<void> {
  if (answer === "lost") return route.abort("connectionreset");
  if (answer !== "never") return route.fulfill({ json: answer });
}

/** Prepares a page with the API's answers. `attempts` counts the requests that could consume a secret. */
async function visit(answers: Answers, options: Parameters<typeof stack.current.newPerson>[0] = {}) {
  const page = await stack.current.newPerson(options);
  const seen = { page, answers, attempts: 0 };
  await page.route("**/graphql", (route) => {
    const isAttempt = route.request().postData()?.includes("revealTtlSecret") ?? false;
    if (isAttempt) seen.attempts += 1;
    return fulfil(route, (isAttempt ? seen.answers.reveal : seen.answers.check) ?? available());
  });
  return seen;
}

/** Opens the page, types a well-formed passphrase and submits it, in any language. */
async function open(page: Page): Promise<void> {
  await page.goto(LINK);
  await page.locator("#passphrase").fill(GOOD);
  await page.locator("button[type=submit]").click();
}

const state = (page: Page) => page.locator(".card").getAttribute("data-state");
const reach = (page: Page, kind: string) => page.locator(`.card[data-state="${kind}"]`).waitFor();
const isFocused = (page: Page, selector: string) =>
  page.locator(selector).evaluate((el) => el === document.activeElement);

/** Every state: the name of its screenshot, `data-state`, the API's answers, and what the recipient does. */
const STATES: [name: string, kind: string, answers: Answers, act?: (page: Page) => Promise<void>][] = [
  ["checking", "checking", { check: "never" }],
  ["asking", "asking", {}],
  [
    "refused",
    "asking",
    {},
    async (page) => {
      await page.locator("#passphrase").fill("five words are not enough");
      // By the keyboard, because the button may be disabled.
      await page.locator("#passphrase").press("Enter");
    },
  ],
  ["opening", "opening", { reveal: "never" }, open],
  ["revealed", "revealed", { reveal: revealed(MULTI_LINE) }, open],
  [
    "hidden",
    "revealed",
    { reveal: revealed(MULTI_LINE) },
    async (page) => {
      await open(page);
      await page.locator(".buttons button").last().click();
    },
  ],
  ["destroyed", "destroyed", { reveal: DESTROYED }, open],
  ["not-available", "notAvailable", { check: GONE }],
  ["run-out", "expired", { check: available(0) }],
  ["unknown", "unknown", { reveal: "lost" }, open],
  ["busy", "paused", { reveal: refused("OVERLOADED") }, open],
  ["rate-limited", "paused", { reveal: refused("RATE_LIMITED", 600) }, open],
  ["check-failed", "paused", { check: "lost" }],
  [
    "offline",
    "paused",
    {},
    async (page) => {
      await page.goto(LINK);
      await page.locator("#passphrase").fill(GOOD);
      await page.locator(".chips [data-state=listed]").last().waitFor();
      await page.context().setOffline(true);
      await page.locator("button[type=submit]").click();
    },
  ],
  [
    "cleared",
    "cleared",
    { reveal: revealed(MULTI_LINE) },
    async (page) => {
      await open(page);
      await reach(page, "revealed");
      // As when the browser goes back to a page in its back/forward cache.
      await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
    },
  ],
];

/** Narrow and right-to-left, wide and left-to-right. catalogue.test.ts checks the texts of every language. */
const LAYOUTS = [
  { locale: "ar", dir: "rtl", viewport: PHONE },
  { locale: "en", dir: "ltr", viewport: DESKTOP },
];

describe.each(LAYOUTS)("in $locale, $viewport.width px wide", ({ locale, dir, viewport }) => {
  it("every state moves the focus to its heading, is accessible in both schemes, and fits", async () => {
    const visitor = await visit({}, { locale, viewport });
    const { page } = visitor;
    leaveUnasked(page);
    const headings = new Set<string | null>();
    for (const [name, kind, answers, act] of STATES) {
      visitor.answers = answers;
      await page.context().setOffline(false);
      await page.goto(LINK);
      await act?.(page);
      await reach(page, kind);
      if (name === "refused") expect(await isFocused(page, "#passphrase"), name).toBe(true);
      else if (name !== "checking" && name !== "hidden") expect(await isFocused(page, "h1"), name).toBe(true);
      headings.add(await page.locator("h1").textContent());
      await expectAccessible(page, `reveal-${name}-${locale}`);
    }
    expect(headings.size).toBe(STATES.length - 2);
    expect(await page.locator("html").getAttribute("lang")).toBe(locale);
    expect(await page.locator("html").getAttribute("dir")).toBe(dir);
  });
});

it("from opening to a copied value, the keyboard is enough and the focus is never lost", async () => {
  const { page } = await visit({ reveal: revealed("hunter2") });
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
    const { page } = await visit({ reveal: revealed("hunter2") });
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
    const { page } = await visit({});
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
    const visitor = await visit({ check: available(420) });
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
    const visitor = await visit({ reveal: refused("RATE_LIMITED", 42) });
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
  const visitor = await visit({ reveal: revealed("hunter2") });
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
  const visitor = await visit({ reveal: "lost" });
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
    const { page } = await visit({ reveal: revealed(MULTI_LINE) });
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
    const { page } = await visit({ reveal: revealed("hunter2") });
    await open(page);
    await expectScreen(page, "revealed");
    expect(await page.getByRole("button", { name: "Download as a file" }).isVisible()).toBe(false);
  });

  it("can be hidden, and is selected where the browser refuses to copy", async () => {
    const { page } = await visit({ reveal: revealed("hunter2") });
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
    expect(await state(page)).toBe("revealed");
  });
});
