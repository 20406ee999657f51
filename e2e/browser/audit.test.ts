import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../support/download.ts";
import { PASSWORD, projectIdOf, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** Noon of a day in UTC, the time zone of these browsers. */
const at = (day: string) => `${day}T12:00:00Z`;

/** Opens the audit page of a project with three events on three days. */
async function openAudit(search = "") {
  const page = await stack.current.newPerson({ timezoneId: "UTC" });
  const email = await useProject(page);
  const projectId = projectIdOf(page);
  const sql = postgres(stack.current.databaseUrl, { max: 1 });
  for (const [action, day] of [
    ["create", "2026-03-01"],
    ["failed", "2026-03-02"],
    ["viewed", "2026-03-31"],
  ] as const) {
    await sql`
      INSERT INTO audit_events (id, vault_id, project_id, action, at, source_ip, actor, ttl_secret_name)
      SELECT ${randomUUID()}, vault_id, id, ${`temporary_secret_${action}`}, ${at(day)}, '203.0.113.7', 'Ada', ${`=${action}`}
      FROM projects WHERE id = ${projectId}`;
  }
  await sql.end();
  await page.goto(`/projects/${projectId}/audit${search}`);
  await page.getByRole("heading", { name: "Audit" }).waitFor();
  return { page, email, projectId };
}

/** Waits until the list shows exactly these actions, newest first. */
async function expectRows(page: Page, words: string[]): Promise<void> {
  await expect
    .poll(() => page.getByTestId("audit-event").locator(".action").allTextContents(), { timeout: 15_000 })
    .toEqual(words);
}

const openFilter = (page: Page) => page.getByRole("button", { name: "Filter" }).click();
const apply = (page: Page) => page.getByRole("button", { name: "Apply" }).click();

/** Exports in a form and returns the file's name and text. */
async function exportAs(page: Page, format: "CSV" | "JSON Lines") {
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: format }).click(),
  ]);
  return { name: download.suggestedFilename(), text: (await bytesOf(download)).toString() };
}

describe("the filter of the audit log", () => {
  it("shows only the chosen actions and days, including the last one, and keeps them in the address", async () => {
    const { page } = await openAudit();
    await expectRows(page, ["Viewed", "Failed attempt", "Created"]);
    await openFilter(page);
    await page.getByLabel("Viewed").check();
    await page.getByLabel("Failed attempt").check();
    await apply(page);
    await expectRows(page, ["Viewed", "Failed attempt"]);
    await page.getByLabel("From", { exact: true }).fill("2026-03-01");
    await page.getByLabel("To", { exact: true }).fill("2026-03-02");
    await apply(page);
    await expectRows(page, ["Failed attempt"]);
    expect(new URL(page.url()).search).toBe(
      "?action=temporary_secret_viewed&action=temporary_secret_failed&from=2026-03-01&to=2026-03-02",
    );

    await page.reload();
    await expectRows(page, ["Failed attempt"]);
    expect(await page.getByLabel("Failed attempt").isChecked()).toBe(true);
    expect(await page.getByLabel("To", { exact: true }).inputValue()).toBe("2026-03-02");

    await page.goBack();
    await expectRows(page, ["Viewed", "Failed attempt"]);
    expect(await page.getByLabel("To", { exact: true }).inputValue()).toBe("");

    await page.getByRole("button", { name: "Show all" }).click();
    await expectRows(page, ["Viewed", "Failed attempt", "Created"]);
    expect(await page.getByLabel("Viewed").isChecked()).toBe(false);
    expect(new URL(page.url()).search).toBe("");
  });

  it("uses days of the reader's time zone", async () => {
    const { page, projectId } = await openAudit();
    const far = await page
      .context()
      .browser()
      ?.newContext({
        baseURL: stack.current.url,
        storageState: await page.context().storageState(),
        timezoneId: "Pacific/Kiritimati",
        locale: "en-GB",
      });
    const elsewhere = await far?.newPage();
    if (!far || !elsewhere) throw new Error("no other browser profile");
    // Noon in UTC is two in the morning of the next day there.
    await elsewhere.goto(`/projects/${projectId}/audit?from=2026-03-02&to=2026-03-02`);
    await expectRows(elsewhere, ["Created"]);
    await far.close();
  });

  it("reports an invalid day at the field, and changes nothing", async () => {
    const { page } = await openAudit();
    await openFilter(page);
    await page.getByLabel("From", { exact: true }).fill("2026-03-02");
    await page.getByLabel("To", { exact: true }).fill("2026-03-01");
    await apply(page);
    await page.getByText("Choose a last day that isn't before the first.").waitFor();
    expect(
      await page.getByLabel("To", { exact: true }).evaluate((element) => element === document.activeElement),
    ).toBe(true);
    await page.getByLabel("To", { exact: true }).fill("");
    await page.getByLabel("From", { exact: true }).fill("");
    await page.getByLabel("From", { exact: true }).pressSequentially("02");
    await apply(page);
    await page.getByText("Enter a valid date.").waitFor();
    expect(new URL(page.url()).search).toBe("");
    await expectRows(page, ["Viewed", "Failed attempt", "Created"]);
  });

  it("says when nothing matches", async () => {
    const { page } = await openAudit("?action=temporary_secret_revoked");
    await page.getByRole("heading", { name: "No events match" }).waitFor();
  });

  it("survives signing in again", async () => {
    const { page, email } = await openAudit();
    const address = `${new URL(page.url()).pathname}?action=temporary_secret_viewed`;
    await page.context().clearCookies();
    await page.goto(address);
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expectRows(page, ["Viewed"]);
    expect(page.url()).toBe(stack.current.url + address);
  });
});

describe("the export of the audit log", () => {
  it("saves the filtered events as CSV and as JSON Lines", async () => {
    const { page, projectId } = await openAudit("?to=2026-03-02");
    await expectRows(page, ["Failed attempt", "Created"]);
    const csv = await exportAs(page, "CSV");
    expect(csv.name).toBe("audit-log.csv");
    expect(csv.text.trimEnd().split("\r\n")).toHaveLength(3);
    expect(csv.text).toContain(`"'=failed"`);
    await page.getByText("Export complete.").waitFor({ state: "attached" });
    const jsonLines = await exportAs(page, "JSON Lines");
    expect(jsonLines.name).toBe("audit-log.jsonl");
    const events = jsonLines.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events).toMatchObject([
      { projectId, action: "temporary_secret_create", at: "2026-03-01T12:00:00.000Z" },
      { projectId, action: "temporary_secret_failed", ttlSecretName: "=failed" },
    ]);
  });

  it("saves nothing when it is interrupted, and says so", async () => {
    const { page } = await openAudit();
    let downloads = 0;
    page.on("download", () => {
      downloads += 1;
    });
    await page.addInitScript(() => {
      const send = window.fetch;
      window.fetch = async (input, init) => {
        const response = await send(input, init);
        if (!response.url.includes("audit-export")) return response;
        const half = new ReadableStream({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode("half of it"));
            controller.error(new TypeError("network error"));
          },
        });
        return new Response(half, response);
      };
    });
    await page.reload();
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "CSV" }).click();
    await page.getByRole("alert").getByText("Nothing was exported.").waitFor();
    expect(downloads).toBe(0);
  });

  it("reports why the server refused it, and asks to sign in when the session has ended", async () => {
    const { page } = await openAudit();
    await page.route("**/api/audit-export?*", (route) =>
      route.fulfill({
        status: 429,
        headers: { "retry-after": "30" },
        json: { errors: [{ message: "x", extensions: { code: "RATE_LIMITED", retryAfterSeconds: 30 } }] },
      }),
    );
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "CSV" }).click();
    await page.getByRole("alert").getByText("Wait 30 seconds").waitFor();
    await page.unroute("**/api/audit-export?*");
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "CSV" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
  });
});
