import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectScreen, pressEnter, readValue } from "../support/recipient.ts";
import { createHandOff } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** Six words of the list, but no passphrase. */
const WRONG = "anchor banjo cactus dolphin eagle falcon";

/** Address of the word list, whose name contains a hash of the build. */
const LIST = /\/reveal\/assets\/.*wordlist.*\.txt$/;

/** The same, and a script of its own that could load it. */
const LIST_OR_CODE = /\/reveal\/assets\/.*word-?list/;

/** Opens a link as a recipient; by default the link of a new secret. */
async function newRecipient(
  options: Parameters<typeof stack.current.newPerson>[0] = {},
  prepare: (page: Page) => Promise<unknown> = async () => {},
  handOff = createHandOff(stack.current),
) {
  const { link, passphrase } = await handOff;
  const page = await stack.current.newPerson(options);
  let attempts = 0;
  page.on("request", (request) => {
    if (request.postData()?.includes("revealTtlSecret")) attempts++;
  });
  await prepare(page);
  await page.goto(link);
  const field = page.locator("#passphrase");
  await field.waitFor();
  const button = page.locator("button[type=submit]");
  return {
    page,
    link,
    words: passphrase.split("-"),
    field,
    button,
    attempts: () => attempts,
    says: (text: string | RegExp) => page.locator(".advice").getByText(text).waitFor(),
    offer: (word: string) => page.getByRole("button", { name: `Use “${word}”` }),
    /** Waits until the button is enabled, or disabled. */
    isReady: (ready: boolean) => page.locator(`button[type=submit][aria-disabled=${!ready}]`).waitFor(),
    chips: () => page.locator(".chips li").allInnerTexts(),
  };
}

type Recipient = Awaited<ReturnType<typeof newRecipient>>;

/** Inserts text into the field at once, as a paste does. */
async function paste({ page, field }: Recipient, text: string): Promise<void> {
  await field.fill("");
  await field.focus();
  await page.keyboard.insertText(text);
}

describe("with the keyboard alone", () => {
  it("words are typed, completed and sent", async () => {
    const recipient = await newRecipient();
    const { page, field, offer, says, isReady } = recipient;
    await field.focus();
    await says("0 of 6 words");
    await page.keyboard.type("anchor banj");
    await offer("banjo").waitFor();
    // Tab moves on to the next control, as everywhere: the suggestions redefine no key.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await field.inputValue()).toBe("anchor banjo ");
    expect(await field.evaluate((el) => el === document.activeElement)).toBe(true);

    await page.keyboard.type("cactus dolphin eagle falco");
    await offer("falcon").waitFor();
    await isReady(false);
    await page.keyboard.press("Enter");
    expect(await field.inputValue()).toBe(WRONG);
    await says("All six words are on our word list.");
    expect(recipient.attempts()).toBe(0);
    await page.keyboard.press("Tab");
    expect(await recipient.button.evaluate((el) => el === document.activeElement)).toBe(true);
    await page.keyboard.press("Space");
    await expectScreen(page, "destroyed");
    expect(recipient.attempts()).toBe(1);
  });

  it("the field can be left in both directions while words are offered", async () => {
    const { page, field, offer, button } = await newRecipient();
    await field.focus();
    await page.keyboard.type("bnajo ");
    await offer("banjo").waitFor();
    await page.keyboard.press("Shift+Tab");
    expect(await field.evaluate((el) => el === document.activeElement)).toBe(false);
    await field.focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await button.evaluate((el) => el === document.activeElement)).toBe(true);
    expect(await field.inputValue()).toBe("bnajo ");
  });
});

describe("a misspelt word", () => {
  it("is named, blocks the form, and is corrected by its suggestion", async () => {
    const recipient = await newRecipient();
    const { page, words, field, says, offer, isReady } = recipient;
    const slipped = words.map((word, i) => (i === 1 ? `${word}q` : word));
    await paste(recipient, slipped.join("-"));
    await says("Word 2 is not on our word list. Did you mean:");
    await isReady(false);

    await pressEnter(page);
    await page.getByRole("alert").getByText("Nothing has been sent.").waitFor();
    // A click on the disabled button moves the focus to the field.
    await recipient.button.click({ force: true });
    expect(await field.evaluate((el) => el === document.activeElement)).toBe(true);
    expect(recipient.attempts()).toBe(0);

    await offer(words[1] ?? "").click();
    await says("All six words are on our word list.");
    expect(await page.getByRole("alert").textContent()).toBe("");
    await pressEnter(page);
    expect(await readValue(page)).toBe("hunter2");
    expect(recipient.attempts()).toBe(1);
  });

  it("can be restored by undo", async () => {
    const recipient = await newRecipient();
    await paste(recipient, "anchor bnajo ");
    await recipient.offer("banjo").click();
    expect(await recipient.field.inputValue()).toBe("anchor banjo ");
    await recipient.page.keyboard.press("Control+z");
    expect(await recipient.field.inputValue()).toBe("anchor bnajo ");
  });

  it("is announced after a pause in typing, and correct words are not", async () => {
    const recipient = await newRecipient();
    const readOut = recipient.page.locator("form [role=status]");
    await recipient.field.focus();
    await recipient.page.keyboard.type("anchor ");
    await recipient.says("1 of 6 words");
    expect(await readOut.textContent()).toBe("");
    await recipient.page.keyboard.type("bnajo ");
    await readOut.getByText("Word 2 is not on our word list. Did you mean: banjo").waitFor();
    await paste(recipient, WRONG);
    await readOut.getByText("All six words are on our word list.").waitFor();
  });

  it("is marked on its chip, also in words for a screen reader", async () => {
    const recipient = await newRecipient();
    await paste(recipient, "anchor bnajo cac");
    await recipient.says(/Word 2/);
    const list = recipient.page.getByRole("list", { name: "The six words" });
    expect(await list.getByRole("listitem").allTextContents()).toEqual([
      "1anchor is on the list",
      "2bnajo is not on the list",
      "3cac is not finished",
      "4 is missing",
      "5 is missing",
      "6 is missing",
    ]);
  });
});

describe("a paste", () => {
  it("is understood in every form in which six words are sent", async () => {
    const recipient = await newRecipient();
    const { words, says, isReady, page } = recipient;
    const fullWidth = (text: string) =>
      text.replace(/[!-~]/g, (c) => String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0));
    for (const pasted of [
      words.join("-"),
      words.join(" ").toUpperCase(),
      words.join("\r\n"),
      words.map((word, i) => `${i + 1}. ${word}`).join(" "),
      words.map((word, i) => `${i + 1}) ${word}`).join("\n"),
      `“${words.join(", ")}”`,
      fullWidth(words.join("-")),
      words.join(""),
    ]) {
      await paste(recipient, pasted);
      await says("All six words are on our word list.");
      await isReady(true);
      await paste(recipient, "x");
      await isReady(false);
    }
    await paste(recipient, words.map((word, i) => `${i + 1}. ${word}`).join("\n"));
    await isReady(true);
    await pressEnter(page);
    expect(await readValue(page)).toBe("hunter2");
  });

  it("of a whole message finds the passphrase in it and shows it before anything is sent", async () => {
    const recipient = await newRecipient();
    const { words, says, page } = recipient;
    await paste(recipient, `Hello Bob,\n\nhere is the passphrase: ${words.join("-")}\n\nBest, Alice`);
    await says("Six words were found in the text you pasted. Only those below will be sent.");
    const shown = await page.locator(".chip-word").allTextContents();
    expect(shown).toEqual(words);
    await pressEnter(page);
    expect(await readValue(page)).toBe("hunter2");
  });

  it("of the link, too many words or anything else is blocked, and says why", async () => {
    const recipient = await newRecipient();
    for (const [pasted, said] of [
      [recipient.link, "That looks like the link."],
      [`${WRONG} zoom`, "That is 7 words; the passphrase has six."],
      ["x ".repeat(600), "That is far too long for a passphrase."],
      ["anchor banjo cactus dolphin eagle", "5 of 6 words"],
      ["qqqq horse battery staple", "Word 1 is not on our word list."],
    ] as const) {
      await paste(recipient, pasted);
      await recipient.says(said);
      await recipient.isReady(false);
      await pressEnter(recipient.page);
      await recipient.page.getByRole("alert").getByText("Nothing has been sent.").waitFor();
    }
    expect(recipient.attempts()).toBe(0);
  });
});

describe("the word list", () => {
  it("is requested once, before anything is typed", async () => {
    const asked: string[] = [];
    const recipient = await newRecipient({}, async (page) => {
      page.on("request", (request) => {
        if (LIST.test(request.url())) asked.push(request.url());
      });
    });
    await recipient.page.waitForLoadState("networkidle");
    expect(asked).toHaveLength(1);
    await paste(recipient, WRONG);
    await recipient.isReady(true);
    await recipient.button.focus();
    await recipient.field.focus();
    expect(asked).toHaveLength(1);
  });

  it.each([
    ["does not load", (page: Page) => page.route(LIST_OR_CODE, (route) => route.abort())],
    ["has another content", (page: Page) => page.route(LIST, (route) => route.fulfill({ body: "Sign in" }))],
  ])("that %s does not stop the recipient, who has to confirm the unchecked words", async (_, prepare) => {
    const recipient = await newRecipient({}, prepare);
    const { page } = recipient;
    await paste(recipient, recipient.words.join(" "));
    await recipient.says("Compare each word with what you were sent.");
    await page.locator("form [role=status]").getByText("Compare each word").waitFor();
    // A double click is no second decision.
    await recipient.button.dblclick();
    await page.getByRole("alert").getByText("Nothing has been sent.").waitFor();
    expect(recipient.attempts()).toBe(0);
    await page.waitForTimeout(1100);
    await pressEnter(page);
    expect(await readValue(page)).toBe("hunter2");
  });

  it("that did not load makes the page ask again after every change of the words", async () => {
    const recipient = await newRecipient({}, (page) => page.route(LIST, (route) => route.abort()));
    const { page } = recipient;
    await recipient.says("Compare each word");
    for (const typed of [WRONG, `${WRONG}s`]) {
      await paste(recipient, typed);
      await pressEnter(page);
      await page.getByRole("alert").getByText("Nothing has been sent.").waitFor();
      await page.waitForTimeout(1100);
    }
    expect(recipient.attempts()).toBe(0);
  });

  it("that failed once is requested again while the recipient types, and catches a slip", async () => {
    let failures = 0;
    const recipient = await newRecipient({}, (page) =>
      page.route(LIST_OR_CODE, (route) => (failures++ === 0 ? route.abort() : route.continue())),
    );
    const slipped = recipient.words.map((word, i) => (i === 1 ? `${word}q` : word));
    await paste(recipient, slipped.join(" "));
    await recipient.says("Word 2 is not on our word list. Did you mean:");
    await pressEnter(recipient.page);
    await recipient.page.getByRole("alert").getByText("Nothing has been sent.").waitFor();
    expect(recipient.attempts()).toBe(0);
  });

  it("that failed while the device was offline is requested again once it is online", async () => {
    let failures = 0;
    const recipient = await newRecipient({}, async (page) => {
      await page.clock.install();
      await page.route(LIST_OR_CODE, (route) => (failures++ < 2 ? route.abort() : route.continue()));
    });
    await paste(recipient, "bnajo ");
    await recipient.says("Compare each word with what you were sent.");
    failures = 2;
    await recipient.page.evaluate(() => dispatchEvent(new Event("online")));
    await recipient.says("Word 1 is not on our word list. Did you mean:");
  });

  it("that did not load is requested again, and words are checked then", async () => {
    let isBroken = true;
    const recipient = await newRecipient({}, async (page) => {
      await page.clock.install();
      await page.route(LIST, (route) => (isBroken ? route.abort() : route.continue()));
    });
    await paste(recipient, "bnajo ");
    await recipient.says("Compare each word with what you were sent.");
    isBroken = false;
    await recipient.page.clock.fastForward(10_000);
    await recipient.says("Word 1 is not on our word list. Did you mean:");
  });

  /** A recipient whose word list arrives when `release` is called. */
  async function withSlowList() {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const recipient = await newRecipient({}, (page) =>
      page.route(LIST, async (route) => {
        await released;
        await route.continue();
      }),
    );
    return { ...recipient, release, alert: recipient.page.getByRole("alert") };
  }

  it("that is slow is awaited: no unchecked passphrase is sent", async () => {
    const recipient = await withSlowList();
    await paste(recipient, recipient.words.join(" "));
    await recipient.says("The word list is loading");
    await recipient.isReady(false);
    await pressEnter(recipient.page);
    await recipient.alert.getByText("nothing has been sent").waitFor();
    expect(recipient.attempts()).toBe(0);
    recipient.release();
    await recipient.says("All six words are on our word list.");
    expect(await recipient.alert.textContent()).toBe("");
    await pressEnter(recipient.page);
    expect(await readValue(recipient.page)).toBe("hunter2");
  });

  it("keeps the alert that was shown before it arrived", async () => {
    const { page, field, alert, release } = await withSlowList();
    await field.focus();
    await pressEnter(page);
    await alert.waitFor();
    const said = await alert.textContent();
    const list = page.waitForResponse(LIST);
    release();
    await (await list).finished();
    // The page handles the list in later tasks.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    expect(said).not.toBe("");
    expect(await alert.textContent()).toBe(said);
  });

  it("clears that alert once it has found the passphrase in what looked like the link", async () => {
    const recipient = await withSlowList();
    await paste(recipient, `Open ${recipient.link}\nPassphrase: ${recipient.words.join(" ")}`);
    await pressEnter(recipient.page);
    await recipient.alert.getByText("link").waitFor();
    recipient.release();
    await recipient.isReady(true);
    expect(await recipient.alert.textContent()).toBe("");
    expect(recipient.attempts()).toBe(0);
  });
});

describe("on a small phone", () => {
  const phone = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };

  it("a tap takes a suggestion, and a tap on a word selects it in the field", async () => {
    const recipient = await newRecipient(phone);
    const { page, field, offer } = recipient;
    await paste(recipient, "anchor bnajo cactus dolphin eagle falcon");
    await offer("banjo").tap();
    expect(await field.inputValue()).toBe(WRONG);
    await page.locator(".chips li").nth(3).tap();
    const selected = await field.evaluate((el) => {
      const { value, selectionStart, selectionEnd } = el as HTMLTextAreaElement;
      return value.slice(selectionStart, selectionEnd);
    });
    expect(selected).toBe("dolphin");
    expect(await field.evaluate((el) => el === document.activeElement)).toBe(true);
  });

  // Long words, a script without spaces, and right-to-left.
  it.each(["de", "ja", "ar"])(
    "nothing moves and nothing is wider than the screen while words are typed: %s",
    async (locale) => {
      const recipient = await newRecipient({ ...phone, locale });
      const { page, button } = recipient;
      const tops = new Map<string, number>();
      for (const typed of ["", "anchor ban", "anchor banj", "anchor banjo xqxq ", "anchor ancr ", WRONG]) {
        await paste(recipient, typed);
        if (typed === WRONG) await recipient.isReady(true);
        tops.set(typed, await button.evaluate((el) => el.getBoundingClientRect().top + scrollY));
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, typed).toBeLessThanOrEqual(0);
      }
      expect(new Set(tops.values()).size, JSON.stringify([...tops])).toBe(1);
    },
  );
});
