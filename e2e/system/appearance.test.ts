import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { DESKTOP, expectAccessible, PHONE } from "../support/accessible.ts";
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
  createProject,
  createSecret,
  leaveHandOff,
  openDialog,
  projectIdOf,
  rowOf,
  signUp,
  submitDialog,
  useProject,
} from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** The README's pictures, written by `pnpm pictures`. */
const PICTURES = fileURLToPath(new URL("../pictures/", import.meta.url));

/** Writes a picture for the README if `pnpm pictures` runs. */
async function picture(page: Page, name: string): Promise<void> {
  if (process.env.UPDATE_PICTURES) await page.screenshot({ path: `${PICTURES}${name}.png`, fullPage: true });
}

/** Adds an expired secret to the project on screen. */
async function addExpired(page: Page): Promise<void> {
  const answer = await page.request.post("/graphql", {
    data: {
      query:
        "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { ttlSecret { id } } }",
      variables: {
        input: {
          projectId: projectIdOf(page),
          name: "Guest Wi-Fi",
          ttlSeconds: 60,
          content: { value: "hunter2" },
        },
      },
    },
  });
  expect(answer.ok()).toBe(true);
  await endTtl(stack.current.databaseUrl, projectIdOf(page));
  await page.reload();
}

/** Opens everything in the hand-off on screen and copies both link and passphrase. */
async function openAndCopyAll(page: Page): Promise<void> {
  for (const summary of await page.locator("summary").all()) await summary.click();
  await page.getByRole("img", { name: /^QR/ }).waitFor();
  for (const part of ["link", "passphrase"]) {
    await page.getByTestId(part).selectText();
    await page.keyboard.press("Control+C");
  }
  await page.getByTestId("copied-together").waitFor();
}

/** Checks the screen on a phone and on a desktop, in both colour schemes. The page ends on a light desktop. */
const expectFine = (page: Page, screen: string) => expectAccessible(page, screen, [PHONE, DESKTOP]);

const newPerson = (options: Parameters<typeof stack.current.newPerson>[0] = {}) =>
  stack.current.newPerson({ colorScheme: "light", viewport: DESKTOP, ...options });

describe("every screen is accessible and fits, on a phone and a desktop, light and dark:", () => {
  it("the dashboard", async () => {
    const page = await newPerson();
    await page.goto("/sign-in");
    await page.getByLabel("Password").waitFor();
    await expectFine(page, "dashboard-sign-in");
    await page.goto("/sign-up");
    await page.getByLabel("Password").waitFor();
    await expectFine(page, "dashboard-sign-up");

    await useProject(page, "Payments", "ada@example.com");
    await page.getByRole("button", { name: "New secret" }).first().waitFor();
    await expectFine(page, "dashboard-project-empty");
    await openDialog(page);
    await expectFine(page, "dashboard-new-secret");
    await submitDialog(page, { name: " ", value: "", hours: "24", minutes: "1" });
    await expectFine(page, "dashboard-new-secret-refused");
    await submitDialog(page, { name: "Staging SSH key", hours: "1", minutes: "0" });
    await page.getByTestId("link").waitFor();
    await expectFine(page, "dashboard-hand-off");
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText(/haven.t copied/i).waitFor();
    await expectFine(page, "dashboard-hand-off-not-copied");
    await page.reload();

    const viewed = await createSecret(page, { name: "Production database password" });
    await leaveHandOff(page);
    const burnt = await createSecret(page, { name: "Payment provider key" });
    await leaveHandOff(page);
    await createSecret(page, { name: "VPN login" });
    await openAndCopyAll(page);
    await expectFine(page, "dashboard-hand-off-copied");
    const status = page.getByTestId("hand-off-status");
    await status.getByRole("button", { name: "Revoke" }).click();
    const question = page.getByRole("dialog", { name: /^Revoke/ });
    await question.waitFor();
    await expectFine(page, "dashboard-revoke");
    await question.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByRole("heading", { name: /^Revoked at/ }).waitFor();
    await expectFine(page, "dashboard-hand-off-ended");
    await page.getByRole("button", { name: "Done" }).click();
    const recipient = await stack.current.newPerson();
    await openLink(recipient, viewed.link);
    await attempt(recipient, viewed.passphrase);
    await expectScreen(recipient, "revealed");
    await openLink(recipient, burnt.link);
    await attempt(recipient, "anchor banjo cactus dolphin eagle falcon");
    await expectScreen(recipient, "destroyed");
    await rowOf(page, "VPN login").getByText("Revoked").waitFor();
    await rowOf(page, "Payment").getByText("Destroyed").waitFor();
    await rowOf(page, "Production").getByText("Viewed").waitFor();
    await expectFine(page, "dashboard-project");
    await page.getByRole("button", { name: "Dismiss" }).click();
    await picture(page, "dashboard");
    await page.getByRole("checkbox", { name: "Destroyed" }).check();
    await rowOf(page, "VPN login").waitFor({ state: "detached" });
    await expectFine(page, "dashboard-project-filtered");
    await page.getByRole("searchbox").fill("no such name");
    await page.getByTestId("nothing-found").waitFor();
    await expectFine(page, "dashboard-project-nothing-found");

    await page
      .getByRole("button", { name: /Delete/ })
      .first()
      .click();
    await page.getByRole("dialog").getByRole("textbox").waitFor();
    await expectFine(page, "dashboard-delete-project");
    await page.reload();
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByText("Revoked").first().waitFor();
    await expectFine(page, "dashboard-audit");
    await page.getByRole("button", { name: "Export" }).click();
    await expectFine(page, "dashboard-audit-export");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByLabel("Viewed").check();
    await page.getByLabel("From", { exact: true }).fill("2030-02-01");
    await page.getByLabel("To", { exact: true }).fill("2030-01-31");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("Choose a last day").waitFor();
    await expectFine(page, "dashboard-audit-filter-refused");
    await page.getByLabel("To", { exact: true }).fill("2030-02-01");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("No events match").waitFor();
    await expectFine(page, "dashboard-audit-no-match");
    await page.goto("/");
    await page.getByText("Payments").first().waitFor();
    await expectFine(page, "dashboard-projects");
    await page.goto("/api-keys");
    await page.getByRole("button", { name: "New API key" }).waitFor();
    await expectFine(page, "dashboard-api-keys-empty");
    await page.getByRole("button", { name: "New API key" }).click();
    const keyDialog = page.getByRole("dialog");
    await keyDialog.getByLabel("All projects").uncheck();
    await keyDialog.getByLabel("Payments").check();
    await keyDialog.getByLabel("Days").fill("0");
    await keyDialog.getByRole("button", { name: "Create key" }).click();
    await expectFine(page, "dashboard-api-key-form");
    await keyDialog.getByLabel("Days").fill("90");
    await keyDialog.getByLabel("Name").fill("Deploy bot");
    await keyDialog.getByRole("button", { name: "Create key" }).click();
    await keyDialog.getByTestId("api-key-text").waitFor();
    await expectFine(page, "dashboard-api-key");
    await page.reload();
    await page.getByText("Deploy bot").waitFor();
    await expectFine(page, "dashboard-api-keys");
    await page.goto("/nowhere");
    await page.getByRole("heading").first().waitFor();
    await expectFine(page, "dashboard-not-found");
  });

  it("the dashboard of a new account, and in case of failure", async () => {
    const page = await newPerson();
    await signUp(page);
    await expectFine(page, "dashboard-projects-empty");
    await page.getByRole("button", { name: /^Account/ }).click();
    await expectFine(page, "dashboard-account-menu");
    await page.getByRole("button", { name: "Change password…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Change password" }).click();
    await page.getByRole("dialog").locator("[aria-invalid=true]").first().waitFor();
    await expectFine(page, "dashboard-change-password-refused");

    await createProject(page);
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByRole("dialog").getByRole("textbox").waitFor();
    await expectFine(page, "dashboard-rename-project");
    await page.reload();
    await addExpired(page);
    await rowOf(page, "Guest Wi-Fi").getByText("Expired").waitFor();
    const { link } = await createSecret(page, { name: "Payment provider key" });
    await leaveHandOff(page);
    const stranger = await stack.current.newPerson();
    await openLink(stranger, link);
    await attempt(stranger, "anchor banjo cactus dolphin eagle falcon");
    await expectScreen(stranger, "destroyed");
    await page
      .getByTestId("destroyed-alert")
      .getByText(/127\.0\.0\.1|::1/)
      .waitFor();
    await expectFine(page, "dashboard-destroyed-alert");

    await page.route("**/graphql", (route) => route.abort());
    // The open stream doesn't notice; the next request does.
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByText("Can't reach the server. Retrying…").waitFor();
    await expectFine(page, "dashboard-offline");
    await page.unroute("**/graphql");
    await page.route("**/graphql", (route) => route.fulfill({ status: 500, body: "" }));
    await page.reload();
    await page.getByRole("button", { name: "Try again" }).waitFor();
    await expectFine(page, "dashboard-load-failure");
    await page.unroute("**/graphql");
    await page.goto("/graphiql");
    await page.getByRole("heading", { name: "Query", exact: true }).waitFor();
    await expectFine(page, "dashboard-explorer");
    await page.context().clearCookies();
    await page.locator("a.brand").click();
    await page.getByText("Your session has ended").waitFor();
    await expectFine(page, "dashboard-session-ended");
  });

  it("the dashboard in German, whose words are longer", async () => {
    const page = await newPerson({ locale: "de" });
    await page.goto("/sign-in");
    await page.getByLabel("Passwort").waitFor();
    await expectFine(page, "dashboard-german-sign-in");
    await useProject(page, "Donaudampfschifffahrtsgesellschaft");
    await addExpired(page);
    await page.getByTestId("ttl-secret").getByText("Abgelaufen").waitFor();
    await expectFine(page, "dashboard-german-project");
    await page.getByRole("button", { name: "Neu erstellen" }).click();
    await page.getByLabel("Wert", { exact: true }).fill("hunter2");
    await page.getByRole("button", { name: "Geheimnis erstellen" }).click();
    await page.getByTestId("link").waitFor();
    await openAndCopyAll(page);
    await expectFine(page, "dashboard-german-hand-off");
    await page.reload();
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByRole("button", { name: "Filtern" }).click();
    await page.getByTestId("audit-event").first().waitFor();
    await expectFine(page, "dashboard-german-audit-filter");
    await page.goto("/api-keys");
    await page.getByRole("heading", { level: 2 }).waitFor();
    await expectFine(page, "dashboard-german-api-keys-empty");
  });

  it("the recipient's page", async () => {
    const sender = await stack.current.newPerson();
    await useProject(sender);
    const value = "postgres://app:Zq7!f0-hT2@db.example.com/prod";
    const { link, passphrase } = await createSecret(sender, { value });
    await leaveHandOff(sender);
    const burnt = await createSecret(sender);

    const page = await newPerson();
    await openLink(page, link);
    await expectFine(page, "reveal-asking");
    for (const [typed, screen] of [
      ["anchor ban", "typing"],
      ["anchor bnajo cactus", "slip"],
      ["anchor banjo cactus dolphin eagle falcon", "complete"],
      ["Hello\n\nPassphrase: anchor-banjo-cactus-dolphin-eagle-falcon", "pasted"],
    ] as const) {
      await page.getByLabel("Passphrase").fill(typed);
      await page.locator(".chips [data-state=listed]").first().waitFor();
      await expectFine(page, `reveal-${screen}`);
      if (screen === "slip") await picture(page, "reveal");
    }
    await page.getByLabel("Passphrase").fill("anchor banjo cactus");
    await pressEnter(page);
    await page.getByRole("alert").waitFor();
    await expectFine(page, "reveal-refused");
    await attempt(page, passphrase);
    expect(await readValue(page)).toBe(value);
    await expectFine(page, "reveal-revealed");
    leaveUnasked(page);
    await page.goto(link);
    await expectScreen(page, "notAvailable");
    await expectFine(page, "reveal-not-available");
    await openLink(page, burnt.link);
    await attempt(page, "anchor banjo cactus dolphin eagle falcon");
    await expectScreen(page, "destroyed");
    await expectFine(page, "reveal-destroyed");
  });
});
