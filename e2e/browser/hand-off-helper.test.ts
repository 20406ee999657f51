import type { Locator, Page } from "playwright-core";
import decodeQr from "qr/decode.js";
import { describe, expect, it } from "vitest";
import { endTtl } from "../support/end-ttl.ts";
import { attempt, expectScreen, openLink } from "../support/recipient.ts";
import { createSecret, leaveHandOff, projectIdOf, signUp, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** A sender with clipboard access and a hand-off on screen. */
async function handOver(options: Parameters<typeof stack.current.newPerson>[0] = {}) {
  const page = await stack.current.newPerson({
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  await useProject(page);
  const handOff = await createSecret(page);
  return { page, ...handOff };
}

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
const copy = (page: Page, what: string) => page.getByRole("button", { name: `Copy ${what}` }).click();
const warning = (page: Page) => page.getByTestId("copied-together");
const status = (page: Page) => page.getByTestId("hand-off-status");
const outcome = (page: Page) => page.getByTestId("hand-off-outcome");

/** Of an ended secret, the dialog offers nothing to copy, and no alert repeats its end. */
async function expectNothingToCopy(page: Page): Promise<void> {
  expect(await page.getByTestId("link").count()).toBe(0);
  expect(await page.getByTestId("passphrase").count()).toBe(0);
  expect(await page.getByRole("button", { name: /copy/i }).count()).toBe(0);
  expect(await page.getByTestId("destroyed-alert").count()).toBe(0);
}

/** Reads a QR code from a screenshot, as a phone does. */
async function scan(target: Locator): Promise<string | undefined> {
  const png = (await target.screenshot()).toString("base64");
  // On a blank page, because our policy forbids images from elsewhere.
  const reader = await stack.current.newPerson();
  const { data, width, height } = await reader.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0);
    const pixels = context?.getImageData(0, 0, image.width, image.height).data ?? [];
    return { data: [...pixels], width: image.width, height: image.height };
  }, png);
  await reader.close();
  return decodeQr({ data: Uint8Array.from(data), width, height }, { timeLimit: 30_000 });
}

describe("a new sender", () => {
  it("has link and passphrase of a first secret after at most three clicks, and a reload opens no dialog", async () => {
    const page = await stack.current.newPerson();
    await signUp(page);
    await page.evaluate(() => {
      document.body.dataset.clicks = "0";
      const count = () => {
        document.body.dataset.clicks = String(Number(document.body.dataset.clicks) + 1);
      };
      window.addEventListener("click", count, { capture: true });
    });
    await page.getByRole("button", { name: "Create your first secret" }).click();
    await page.getByRole("dialog", { name: "New TTL secret" }).waitFor();
    // The name has the focus already.
    await page.keyboard.type("Database password");
    await page.getByLabel("Value", { exact: true }).click();
    await page.keyboard.type("hunter2");
    await page.getByRole("button", { name: "Create secret" }).click();
    await page.getByTestId("link").waitFor();
    await page.getByTestId("passphrase").waitFor();
    expect(Number(await page.evaluate(() => document.body.dataset.clicks))).toBeLessThanOrEqual(3);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("My first project");

    await leaveHandOff(page);
    await page.reload();
    await page.getByTestId("ttl-secret").waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
  });
});

describe("the hand-off supports two channels:", () => {
  it("a message for each, with one part only; nothing moves and nothing is stored", async () => {
    const { page, link, passphrase } = await handOver();
    const places = () =>
      page
        .getByRole("dialog")
        .getByRole("button")
        .evaluateAll((all) => all.map((one) => JSON.stringify(one.getBoundingClientRect())));
    const before = await places();

    await copy(page, "message with the link");
    await page.getByRole("button", { name: "Message copied" }).waitFor();
    const withLink = await clipboard(page);
    expect(withLink).toMatch(
      /^I'm sending you a secret with this one-time link:\n\S+\n\nIt opens once, until .+, with six words that I'll send you separately\. Type them carefully: one wrong attempt destroys the secret\.$/,
    );
    expect(withLink.split("\n")).toContain(link);
    expect(withLink).not.toContain(passphrase);
    expect(await page.getByTestId("link-message").textContent()).toBe(withLink);
    expect(await places()).toEqual(before);

    await copy(page, "message with the passphrase");
    await expect.poll(() => page.getByRole("button", { name: "Message copied" }).count()).toBe(2);
    const withPassphrase = await clipboard(page);
    expect(withPassphrase).toBe(
      `The six words for the link I sent you separately:\n${passphrase}\n\nType them only on the page that this link opens.`,
    );
    expect(withPassphrase).not.toContain(link.split("/").at(-1));

    // Both are copied, so no confirmation follows.
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByTestId("link").waitFor({ state: "detached" });
    const kept = await page.evaluate(() =>
      JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }]),
    );
    for (const part of [passphrase, link.split("/").at(-1)]) expect(kept).not.toContain(part);
  });

  it("a QR code of the link, readable in both schemes", async () => {
    const { page, link } = await handOver({ colorScheme: "dark" });
    await page.getByText("Show the link as a QR code").click();
    const code = page.getByRole("img", { name: "QR code of the link" });
    expect(await scan(code)).toBe(link);
    await page.emulateMedia({ colorScheme: "light" });
    expect(await scan(code)).toBe(link);
  });

  it("a warning when both are copied in a row, in either order and in any way", async () => {
    const { page } = await handOver();
    await copy(page, "link");
    await copy(page, "message with the link");
    expect(await warning(page).count()).toBe(0);
    await copy(page, "passphrase");
    await warning(page).getByText("You copied both, one right after the other").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("anyone who reads it can open the secret");

    const { page: other } = await handOver();
    await other.getByTestId("passphrase").selectText();
    await other.keyboard.press("Control+C");
    await copy(other, "message with the link");
    await warning(other).waitFor();
  });

  it("a text that the browser refuses to copy is selected for copying by hand", async () => {
    const { page, link } = await handOver({ permissions: [] });
    await page.evaluate(() =>
      Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }),
    );
    await copy(page, "message with the link");
    await page.getByText("Your browser didn't allow copying.").waitFor();
    expect(await page.getByTestId("link-message").isVisible()).toBe(true);
    expect(await page.evaluate(() => String(getSelection()))).toContain(link);
  });

  it("no overlapping text at 320 px", async () => {
    const { page } = await handOver({ viewport: { width: 320, height: 693 } });
    const covered = await page
      .getByRole("dialog")
      .locator(".dialog-body")
      .locator("h3, h4, p:not(details p), code, button, summary")
      .evaluateAll((all) => {
        const boxes = all
          .filter((one) => one.checkVisibility() && !one.classList.contains("visually-hidden"))
          .map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }));
        return boxes.flatMap((a, index) =>
          boxes
            .slice(index + 1)
            .filter(
              (b) =>
                a.box.left < b.box.right - 1 &&
                b.box.left < a.box.right - 1 &&
                a.box.top < b.box.bottom - 1 &&
                b.box.top < a.box.bottom - 1,
            )
            .map((b) => `${a.text} / ${b.text}`),
        );
      });
    expect(covered).toEqual([]);
  });
});

describe("while the hand-off is open", () => {
  it("the secret can be revoked, which keeps the focus and offers to create it again", async () => {
    const { page, link } = await handOver();
    const revoke = status(page).getByRole("button", { name: "Revoke" });
    await revoke.click();
    const question = page.getByRole("dialog", { name: "Revoke this TTL secret?" });
    await question.waitFor();
    // Escape closes the confirmation only.
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "detached" });
    expect(await page.getByText(/haven.t copied/).count()).toBe(0);
    expect(await revoke.evaluate((button) => button === document.activeElement)).toBe(true);

    await page.keyboard.press("Enter");
    await question.getByRole("button", { name: "Revoke", exact: true }).click();
    const revoked = page.getByRole("heading", { name: /^Revoked at/ });
    await expect.poll(() => revoked.evaluate((one) => one === document.activeElement)).toBe(true);
    await expectNothingToCopy(page);
    const recipient = await stack.current.newPerson();
    await recipient.goto(link);
    await expectScreen(recipient, "notAvailable");

    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "New TTL secret" });
    await dialog.waitFor();
    expect(await dialog.getByLabel("Name").inputValue()).toBe("Database password");
    expect(await dialog.getByLabel("Minutes").inputValue()).toBe("5");
    expect(await dialog.getByLabel("Value", { exact: true }).inputValue()).toBe("");
    expect(await dialog.getByTestId("link").count()).toBe(0);
  });

  it("it shows how the secret ended, and then closes without confirmation", async () => {
    const { page, link, passphrase } = await handOver();
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await attempt(recipient, passphrase);
    await outcome(page)
      .getByRole("heading", { name: /^Opened at \d\d:\d\d$/ })
      .waitFor();
    await expectNothingToCopy(page);
    expect(await page.content()).not.toContain(passphrase);
    expect(await page.getByRole("dialog").getByRole("button", { name: "Create again" }).count()).toBe(0);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByTestId("link").waitFor({ state: "detached" });

    const burnt = await createSecret(page);
    await openLink(recipient, burnt.link);
    await attempt(recipient, "anchor banjo cactus dolphin eagle falcon");
    await outcome(page)
      .getByRole("heading", { name: /^Destroyed at/ })
      .waitFor();
    await outcome(page)
      .getByText(/wrong passphrase/)
      .waitFor();
    await expectNothingToCopy(page);
    await page.getByRole("dialog").getByRole("button", { name: "Create again" }).click();
    await page.getByRole("dialog", { name: "New TTL secret" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Discard" }).click();

    await createSecret(page);
    await endTtl(stack.current.databaseUrl, projectIdOf(page));
    await outcome(page)
      .getByRole("heading", { name: /^Expired at/ })
      .waitFor();
    await outcome(page)
      .getByText(/^No one opened it/)
      .waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByTestId("link").waitFor({ state: "detached" });
  });

  it("a wrong passphrase brings no alert behind the dialog, nor after it", async () => {
    const { page, link } = await handOver();
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      new MutationObserver(() => {
        if (document.querySelector("[data-testid=destroyed-alert]")) seen.push("alert");
      }).observe(document.body, { childList: true, subtree: true });
    });
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await attempt(recipient, "anchor banjo cactus dolphin eagle falcon");
    await outcome(page)
      .getByRole("heading", { name: /^Destroyed at/ })
      .waitFor();
    // The row behind the dialog has changed, too.
    await page.getByTestId("ttl-secret").getByText("Destroyed").waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([]);
  });
});
