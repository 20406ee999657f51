import { describe, expect, it } from "vitest";
import { endTtl } from "../support/end-ttl.ts";
import {
  attempt,
  expectScreen,
  leaveUnasked,
  openLink,
  pressEnter,
  readValue,
} from "../support/recipient.ts";
import {
  createHandOff,
  createProject,
  createSecret,
  leaveHandOff,
  projectIdOf,
  rowOf,
  signUp,
  useProject,
} from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

async function senderWithProject() {
  const page = await stack.current.newPerson();
  return { page, email: await useProject(page) };
}

describe("the hand-off", () => {
  it("works from sign-up to the value in another browser, and the status becomes Viewed without a reload", async () => {
    const page = await stack.current.newPerson();
    const email = await signUp(page);
    await createProject(page);
    const { link, passphrase } = await createSecret(page, { value: "  pa55\tword ✓ \n" });
    await leaveHandOff(page);
    await rowOf(page).getByText("Pending").waitFor();

    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await attempt(recipient, passphrase);
    expect(await readValue(recipient)).toBe("  pa55\tword ✓ \n");

    await rowOf(page).getByText("Viewed").waitFor();
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByText("Viewed").first().waitFor();
    expect(await page.getByText(email).count()).toBeGreaterThan(0);
    await page
      .getByText(/127\.0\.0\.1|::1/)
      .first()
      .waitFor();
  });

  it("of a generated value does not show it to the sender", async () => {
    const { page } = await senderWithProject();
    const { link, passphrase } = await createSecret(page, { generate: { charset: "SYMBOLS", length: "64" } });
    const sender = await page.content();
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await attempt(recipient, passphrase);
    const value = await readValue(recipient);
    expect(value).toMatch(/^[!-~]{64}$/);
    expect(sender).not.toContain(value);
  });

  it.each([
    ["64 KiB", "x".repeat(65_536)],
    ["line breaks and indentation", "-----BEGIN KEY-----\n\tabc\n\n  def\n-----END KEY-----\n"],
  ])("shows exactly what was pasted into the dialog: %s", async (_what, value) => {
    const { page } = await senderWithProject();
    const { link, passphrase } = await createSecret(page, { value });
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await attempt(recipient, passphrase);
    expect(await readValue(recipient)).toBe(value);
  });

  it.each([
    ["right-to-left text and emoji", "שלום 👩‍👩‍👧‍👦 كلمة"],
    [
      "HTML, shown as text",
      `<img src=x onerror="document.title='owned'"><script>document.title="owned"</script>`,
    ],
  ])("shows the recipient exactly the value: %s", async (_what, value) => {
    const { link, passphrase } = await createHandOff(stack.current, { content: { value } });
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await attempt(recipient, passphrase);
    expect(await readValue(recipient)).toBe(value);
    expect(await recipient.title()).not.toBe("owned");
  });

  it("copies the value byte for byte", async () => {
    const { link, passphrase } = await createHandOff(stack.current, { content: { value: " tricky \n\n" } });
    const recipient = await stack.current.newPerson({ permissions: ["clipboard-read", "clipboard-write"] });
    await openLink(recipient, link);
    await attempt(recipient, passphrase);
    await recipient.getByRole("button", { name: "Copy secret" }).click();
    await recipient.getByRole("button", { name: "Copied" }).waitFor();
    expect(await recipient.evaluate(() => navigator.clipboard.readText())).toBe(" tricky \n\n");
  });

  it("accepts the passphrase with capitals and spaces", async () => {
    const { link, passphrase } = await createHandOff(stack.current);
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await attempt(recipient, ` ${passphrase.toUpperCase().replaceAll("-", "  ")} `);
    expect(await readValue(recipient)).toBe("hunter2");
  });
});

describe("one attempt", () => {
  it("with a wrong passphrase destroys the secret, and the sender sees why", async () => {
    const { page } = await senderWithProject();
    const { link, passphrase } = await createSecret(page);
    await leaveHandOff(page);
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await attempt(recipient, "anchor banjo cactus dolphin eagle falcon");
    await expectScreen(recipient, "destroyed");
    await rowOf(page).getByText("Destroyed").waitFor();
    await rowOf(page)
      .getByText(/wrong passphrase/i)
      .waitFor();
    await recipient.goto(link);
    await expectScreen(recipient, "notAvailable");
    expect(await recipient.content()).not.toContain(passphrase);
  });

  it("is the only one: another visit and the back button show nothing", async () => {
    const { link, passphrase } = await createHandOff(stack.current, { content: { value: "only-once-4711" } });
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await attempt(recipient, passphrase);
    await readValue(recipient);
    leaveUnasked(recipient);
    await recipient.goto("about:blank");
    await recipient.goBack();
    await recipient.getByRole("heading").first().waitFor();
    expect(await recipient.content()).not.toContain("only-once-4711");
    await recipient.goto(link);
    await expectScreen(recipient, "notAvailable");
    expect(await recipient.content()).not.toContain("only-once-4711");
  });

  it("of two people at the same moment shows the value to exactly one", async () => {
    const { link, passphrase } = await createHandOff(stack.current, { content: { value: "one-winner" } });
    const people = await Promise.all([stack.current.newPerson(), stack.current.newPerson()]);
    for (const person of people) {
      await openLink(person, link);
      await person.getByLabel("Passphrase").fill(passphrase);
    }
    await Promise.all(people.map((person) => person.getByRole("button", { name: "View secret" }).click()));
    await Promise.all(
      people.map((person) =>
        person.getByRole("heading", { name: /Here is your secret|Secret not available/ }).waitFor(),
      ),
    );
    const shown = await Promise.all(
      people.map(async (person) => (await person.content()).includes("one-winner")),
    );
    expect(shown.filter(Boolean)).toHaveLength(1);
  });

  it("is not consumed by an empty field, five words, a pasted link, or opening the page again", async () => {
    const { link, passphrase } = await createHandOff(stack.current);
    const recipient = await stack.current.newPerson();
    const attempts: string[] = [];
    recipient.on("request", (request) => {
      if (request.postData()?.includes("revealTtlSecret")) attempts.push(request.url());
    });
    await openLink(recipient, link);
    for (const typed of ["", "   ", "anchor banjo cactus dolphin eagle", link]) {
      await recipient.getByLabel("Passphrase").fill(typed);
      await pressEnter(recipient);
      await recipient.getByRole("alert").waitFor();
    }
    await recipient.reload();
    await openLink(recipient, link);
    expect(attempts).toEqual([]);
    await attempt(recipient, passphrase);
    expect(await readValue(recipient)).toBe("hunter2");
    expect(attempts).toHaveLength(1);
  });
});

describe("a link that leads nowhere", () => {
  it.each([
    ["unknown", "/vault_000000000000000000000000/AAAAAAAAAAAAAAAAAAAAAA", "notAvailable"],
    ["damaged, because it was cut off", "/vault_000000000000000000000000/AAAA", "damagedLink"],
  ] as const)("says so before anything is typed: %s", async (_what, path, screen) => {
    const recipient = await stack.current.newPerson();
    await recipient.goto(path);
    await expectScreen(recipient, screen);
    expect(await recipient.getByLabel("Passphrase").isVisible()).toBe(false);
  });

  it("after its TTL: the sender sees Expired, the recipient Secret not available", async () => {
    const { page } = await senderWithProject();
    const { link } = await createSecret(page, { minutes: "1" });
    await leaveHandOff(page);
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await endTtl(stack.current.databaseUrl, projectIdOf(page));
    await rowOf(page).getByText("Expired").waitFor();
    await recipient.goto(link);
    await expectScreen(recipient, "notAvailable");
  });

  it("after a revoke", async () => {
    const { page } = await senderWithProject();
    const { link, passphrase } = await createSecret(page);
    await leaveHandOff(page);
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);
    await rowOf(page)
      .getByRole("button", { name: /Revoke/ })
      .click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /Revoke/ })
      .click();
    await rowOf(page).getByText("Revoked").waitFor();
    await attempt(recipient, passphrase);
    await expectScreen(recipient, "notAvailable");
  });

  it("after its project was deleted while the page was open", async () => {
    const { page } = await senderWithProject();
    const { link, passphrase } = await createSecret(page);
    await leaveHandOff(page);
    const recipient = await stack.current.newPerson();
    await openLink(recipient, link);

    await page
      .getByRole("button", { name: /Delete/ })
      .first()
      .click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/1 pending/).waitFor();
    await dialog.getByRole("textbox").fill("Paymentz");
    await dialog.getByRole("button", { name: "Delete project" }).click();
    expect(await dialog.isVisible()).toBe(true);
    await dialog.getByRole("textbox").fill("Payments");
    await dialog.getByRole("button", { name: "Delete project" }).click();
    await dialog.waitFor({ state: "detached" });

    await attempt(recipient, passphrase);
    await expectScreen(recipient, "notAvailable");
  });
});
