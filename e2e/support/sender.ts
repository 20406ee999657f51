import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";

/** What every account in these tests signs in with. */
export const PASSWORD = "correct horse battery";

/** Creates an account through the dashboard and waits for its empty list of projects. */
export async function signUp(page: Page, email = `${randomUUID()}@example.com`): Promise<string> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page
    .getByRole("button", { name: /New project|Create project/ })
    .first()
    .waitFor();
  return email;
}

/**
 * Gives the page an account with a project, and opens it. Over the API, not through the forms: they have tests of
 * their own, and this is what most other tests start from.
 */
export async function useProject(
  page: Page,
  name = "Payments",
  email = `${randomUUID()}@example.com`,
): Promise<string> {
  const signedUp = await page.request.post("/api/auth/sign-up/email", {
    data: { name: "Ada", email, password: PASSWORD },
  });
  if (!signedUp.ok()) throw new Error(`sign-up: ${signedUp.status()}`);
  const created = await page.request.post("/graphql", {
    data: {
      query: "mutation ($name: String!) { createProject(input: { name: $name }) { id } }",
      variables: { name },
    },
  });
  const { data } = await created.json();
  await page.goto(`/projects/${data.createProject.id}`);
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  return email;
}

/** The id of the project that the page shows. */
export function projectIdOf(page: Page): string {
  return new URL(page.url()).pathname.split("/")[2] ?? "";
}

/** The page's cookies, as its browser would send them. */
export async function cookieOf(page: Page): Promise<string> {
  const cookies = await page.context().cookies();
  return cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

/** Creates a project through the dashboard; leaves its page open. */
export async function createProject(page: Page, name = "Payments"): Promise<void> {
  await page.goto("/");
  await page
    .getByRole("button", { name: /New project|Create project/ })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create project" }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
}

/** What to put into the dialog; what is left out keeps the dialog's own first state. */
export interface SecretForm {
  name?: string;
  value?: string;
  generate?: { length?: string; charset?: string };
  hours?: string;
  minutes?: string;
}

/** Opens the dialog through the menu. */
export async function openDialog(page: Page) {
  await page.getByRole("button", { name: "New secret" }).first().click();
  await page.getByRole("menuitem", { name: "TTL secret" }).click();
  const dialog = page.getByRole("dialog", { name: "New TTL secret" });
  await dialog.waitFor();
  return dialog;
}

/** Fills in the open dialog and asks it to create the secret. */
export async function submitDialog(page: Page, form: SecretForm): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(form.name ?? "Database password");
  if (form.generate) {
    await dialog.getByLabel("Generate random secret").check();
    if (form.generate.charset) await dialog.getByLabel("Character set").selectOption(form.generate.charset);
    if (form.generate.length !== undefined) await dialog.getByLabel("Length").fill(form.generate.length);
  } else {
    await dialog.getByLabel("Value", { exact: true }).fill(form.value ?? "hunter2");
  }
  if (form.hours !== undefined) await dialog.getByLabel("Hours").fill(form.hours);
  if (form.minutes !== undefined) await dialog.getByLabel("Minutes").fill(form.minutes);
  await dialog.getByRole("button", { name: "Create secret" }).click();
}

/** What the sender is shown once. */
interface HandOff {
  link: string;
  passphrase: string;
}

/** Creates a secret and leaves the hand-off on screen. */
export async function createSecret(page: Page, form: SecretForm = {}): Promise<HandOff> {
  await openDialog(page);
  await submitDialog(page, form);
  return readHandOff(page);
}

/** Reads the hand-off that is on screen. */
async function readHandOff(page: Page): Promise<HandOff> {
  const read = async (id: string) => {
    const box = page.getByTestId(id);
    await box.waitFor();
    return (await box.evaluate((el) => (el instanceof HTMLInputElement ? el.value : el.textContent))) ?? "";
  };
  return { link: (await read("link")).trim(), passphrase: (await read("passphrase")).trim() };
}

/** Closes the hand-off without having copied, which asks once. */
export async function leaveHandOff(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Done" }).click();
  const sure = page.getByRole("button", { name: /close anyway|leave/i });
  if (await sure.isVisible()) await sure.click();
  await page.getByTestId("link").waitFor({ state: "detached" });
}

/** The row of a secret in the project's list. */
export function rowOf(page: Page, name = "Database password") {
  return page.getByTestId("ttl-secret").filter({ hasText: name }).first();
}
