import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import type { Endpoint } from "../../api/test/app.ts";
import * as factories from "../../api/test/factories.ts";
import type { Stack } from "./stack.ts";

/** Password of every account in these tests. */
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
 * Creates an account with a project over the API, signs the page in, and opens the project. Returns the e-mail address.
 * The forms have tests of their own.
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

/** The id of the project on screen. */
export function projectIdOf(page: Page): string {
  return new URL(page.url()).pathname.split("/")[2] ?? "";
}

/** The page's cookies as a `Cookie` header. */
export async function cookieOf(page: Page): Promise<string> {
  const cookies = await page.context().cookies();
  return cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

/** Creates a project through the dashboard and stays on its page. */
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

/** Input of the dialog. A field that is left out keeps its initial state. */
export interface SecretForm {
  name?: string;
  value?: string;
  generate?: { length?: string; charset?: string };
  hours?: string;
  minutes?: string;
}

/** Opens the dialog "New TTL secret". */
export async function openDialog(page: Page) {
  await page.getByRole("button", { name: "New secret" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New TTL secret" });
  await dialog.waitFor();
  return dialog;
}

/** Fills in the open dialog and submits it. */
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

/** Shown to the sender once. */
export interface HandOff {
  link: string;
  passphrase: string;
}

/** Creates a secret through the dashboard. The hand-off stays on screen. */
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

/** Creates a sender and a pending secret over the API, for tests of the recipient's page. Its value is `hunter2`. */
export async function createHandOff(
  { url }: Pick<Stack, "url">,
  input: Parameters<typeof factories.createSecret>[2] = {},
): Promise<HandOff> {
  const api: Endpoint = {
    request: (path, init) => fetch(`${url}${path}`, { ...init, headers: { ...init?.headers, origin: url } }),
  };
  return factories.createSecret(api, await factories.createSender(api), input);
}

/** Closes the hand-off, confirming that nothing was copied. */
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
