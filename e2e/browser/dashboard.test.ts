import postgres from "postgres";
import { describe, expect, it } from "vitest";
import {
  createSecret,
  openDialog,
  PASSWORD,
  rowOf,
  type SecretForm,
  signUp,
  submitDialog,
  useProject,
} from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

async function senderWithProject() {
  const page = await stack.current.newPerson();
  return { page, email: await useProject(page) };
}

describe("an account", () => {
  it("signs up, out and in again, without a session in between", async () => {
    const page = await stack.current.newPerson();
    const email = await signUp(page);
    await page.getByRole("button", { name: new RegExp(email) }).click();
    await page.getByText("Sign out").click();
    await page.getByLabel("Password").waitFor();
    await page.goto("/");
    await page.getByRole("button", { name: "Sign in" }).waitFor();

    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill("wrong horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").first().waitFor();
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page
      .getByRole("button", { name: /New project|Create project/ })
      .first()
      .waitFor();
  });

  it("can't see another account's projects", async () => {
    const { page } = await senderWithProject();
    await page.waitForURL(/\/projects\//);
    const stranger = await stack.current.newPerson();
    await useProject(stranger, "Mine");
    await stranger.goto(new URL(page.url()).pathname);
    await stranger
      .getByText(/not found|no such|does not exist|can’t find/i)
      .first()
      .waitFor();
    expect(await stranger.content()).not.toContain("Payments");
  });
});

describe("the dialog New TTL secret", () => {
  it("says, when asked, for what something else serves better", async () => {
    const { page } = await senderWithProject();
    await openDialog(page);
    const dialog = page.getByRole("dialog", { name: "New TTL secret" });
    const several = dialog.getByText(/several people/);
    expect(await several.isVisible()).toBe(false);
    await dialog.getByText("When to use something else").click();
    expect(await several.isVisible()).toBe(true);
    expect(await dialog.getByText(/programs and servers/).isVisible()).toBe(true);
    expect(await dialog.getByText(/must last/).isVisible()).toBe(true);
  });

  it("starts at 0 hours 5 minutes", async () => {
    const { page } = await senderWithProject();
    const dialog = await openDialog(page);
    expect(await dialog.getByLabel("Hours").inputValue()).toBe("0");
    expect(await dialog.getByLabel("Minutes").inputValue()).toBe("5");
  });

  it.each<[string, SecretForm]>([
    ["0 min", { hours: "0", minutes: "0" }],
    ["24 h 1 min", { hours: "24", minutes: "1" }],
    ["length 0", { generate: { length: "0" } }],
    ["length 1025", { generate: { length: "1025" } }],
    ["a blank name", { name: "  " }],
    ["an empty value", { value: "" }],
    ["a value of more than 64 KiB", { value: "é".repeat(32_769) }],
  ])("refuses %s at the field, keeps the input, and creates nothing", async (_what, form) => {
    const { page } = await senderWithProject();
    const dialog = await openDialog(page);
    await submitDialog(page, form);
    await dialog.locator("[aria-invalid=true]").first().waitFor();
    expect(await dialog.locator("[aria-invalid=true]:focus").count()).toBe(1);
    expect(await dialog.getByLabel("Name").inputValue()).toBe(form.name ?? "Database password");
    expect(await page.getByTestId("ttl-secret").count()).toBe(0);
  });

  it("accepts 24 h 0 min and 0 h 1 min", async () => {
    const { page } = await senderWithProject();
    for (const form of [
      { name: "longest", hours: "24", minutes: "0" },
      { name: "shortest", hours: "0", minutes: "1" },
    ]) {
      await createSecret(page, form);
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.getByRole("button", { name: "Copy passphrase" }).click();
      await page.reload();
      await rowOf(page, form.name).getByText("Pending").waitFor();
    }
  });

  it("asks for confirmation before it closes with a link or passphrase that was not copied", async () => {
    const { page } = await senderWithProject();
    await createSecret(page);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText(/haven.t copied/i).waitFor();
    expect(await page.getByTestId("link").isVisible()).toBe(true);
  });

  it("copies link and passphrase separately, and then closes without confirmation", async () => {
    const page = await stack.current.newPerson({ permissions: ["clipboard-read", "clipboard-write"] });
    await useProject(page);
    const { link, passphrase } = await createSecret(page);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByRole("button", { name: "Link copied" }).waitFor();
    expect(await clipboard()).toBe(link);
    await page.getByRole("button", { name: "Copy passphrase" }).click();
    await page.getByRole("button", { name: "Passphrase copied" }).waitFor();
    expect(await clipboard()).toBe(passphrase);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByTestId("link").waitFor({ state: "detached" });
    expect(await page.content()).not.toContain(passphrase);
  });
});

describe("the dashboard", () => {
  it("pages through a long list", async () => {
    const { page } = await senderWithProject();
    const projectId = new URL(page.url()).pathname.split("/")[2] ?? "";
    const sql = postgres(stack.current.databaseUrl, { max: 1 });
    await sql`
      INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, ended_at, created_by)
      SELECT gen_random_uuid(), ${projectId}, 'secret ' || n, 'viewed', at, at + interval '5 min', at, 'x'
      FROM generate_series(1, 10000) n, LATERAL (SELECT now() - n * interval '1 s' AS at) t`;
    await sql.end();
    await page.reload();
    await page.getByTestId("ttl-secret").nth(49).waitFor();
    await page.getByRole("button", { name: /more/i }).click();
    await page.getByTestId("ttl-secret").nth(99).waitFor();
    expect(await page.getByTestId("ttl-secret").count()).toBe(100);
  });
});
