import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { attempt, expectScreen, openLink } from "../support/recipient.ts";
import { createSecret, leaveHandOff, rowOf, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** Names with their status. Each was created, and expires, a minute before the previous one. */
const SECRETS = {
  "VPN login": "viewed",
  "database password": "expired",
  "Database, staging": "viewed",
  "Backup key": "destroyed",
  "100% of it": "revoked",
} as const;

/** Stores ended secrets in the project on screen. */
async function store(page: Page, secrets: Record<string, string>): Promise<void> {
  const projectId = new URL(page.url()).pathname.split("/")[2] ?? "";
  const sql = postgres(stack.current.databaseUrl, { max: 1 });
  const rows = Object.entries(secrets).map(([name, status], index) => {
    const at = new Date(Date.now() - 3_600_000 - index * 60_000);
    return {
      id: randomUUID(),
      project_id: projectId,
      name,
      status,
      destroyed_reason: status === "destroyed" ? "wrong_passphrase" : null,
      created_at: at,
      expires_at: new Date(at.getTime() + 300_000),
      ended_at: at,
      created_by: "ada@example.com",
    };
  });
  await sql`INSERT INTO ttl_secrets ${sql(rows)}`;
  await sql.end();
}

/** Opens a project with these secrets. */
async function atList(secrets: Record<string, string> = SECRETS) {
  const page = await stack.current.newPerson();
  await useProject(page);
  await store(page, secrets);
  await page.reload();
  await page.getByTestId("ttl-secret").first().waitFor();
  return page;
}

const names = (page: Page) => page.getByTestId("ttl-secret").locator(".secret-name").allTextContents();
const shows = (page: Page, expected: string[]) => expect.poll(() => names(page)).toEqual(expected);
const query = (page: Page) => new URL(page.url()).search;
const searchBox = (page: Page) => page.getByRole("searchbox", { name: "Search by name" });

describe("the list of TTL secrets", () => {
  it("is filtered, searched and ordered; the address and a reload keep that, and back undoes it step by step", async () => {
    const page = await atList();
    await shows(page, Object.keys(SECRETS));
    await page.getByRole("checkbox", { name: "Viewed" }).check();
    await shows(page, ["VPN login", "Database, staging"]);
    expect(query(page)).toBe("?status=viewed");
    await page.getByRole("checkbox", { name: "Expired" }).check();
    await shows(page, ["VPN login", "database password", "Database, staging"]);
    await searchBox(page).pressSequentially("DATA", { delay: 50 });
    await shows(page, ["database password", "Database, staging"]);
    await page.getByTestId("found").getByText("2 TTL secrets shown").waitFor();
    await searchBox(page).pressSequentially("base,");
    await shows(page, ["Database, staging"]);
    await searchBox(page).fill("data");
    await shows(page, ["database password", "Database, staging"]);
    await page.getByLabel("Sort").selectOption("Name");
    await expect.poll(() => query(page)).toContain("sort=name");
    await page.getByLabel("Sort").selectOption("Expires first");
    await shows(page, ["Database, staging", "database password"]);
    expect(query(page)).toBe("?status=viewed%2Cexpired&search=data&sort=expires-first");

    await page.reload();
    await shows(page, ["Database, staging", "database password"]);
    expect(await searchBox(page).inputValue()).toBe("data");
    expect(await page.getByRole("checkbox", { name: "Expired" }).isChecked()).toBe(true);

    await page.goBack();
    expect(query(page)).toContain("sort=name");
    await page.goBack();
    expect(query(page)).toBe("?status=viewed%2Cexpired&search=data");
    // Typing counts as one search.
    await page.goBack();
    await shows(page, ["VPN login", "database password", "Database, staging"]);
    expect(await searchBox(page).inputValue()).toBe("");
    await page.goBack();
    await page.goBack();
    await shows(page, Object.keys(SECRETS));
    expect(query(page)).toBe("");
    await page.goForward();
    await shows(page, ["VPN login", "Database, staging"]);
  });

  it("searches literally, and offers to show all when nothing matches", async () => {
    const page = await atList();
    await searchBox(page).fill("%");
    await shows(page, ["100% of it"]);
    await page.getByRole("checkbox", { name: "Viewed" }).check();
    await page.getByTestId("nothing-found").getByText("No matches").waitFor();
    await page.getByTestId("found").getByText("0 TTL secrets shown").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await shows(page, Object.keys(SECRETS));
    expect(await searchBox(page).evaluate((box) => box === document.activeElement)).toBe(true);
    expect(await searchBox(page).inputValue()).toBe("");
  });

  it("loads further pages in any order, without gaps or duplicates", async () => {
    const page = await atList(
      Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`secret ${(n * 37) % 120}`, "viewed"])),
    );
    await page.getByLabel("Sort").selectOption("Name");
    await expect.poll(() => query(page)).toBe("?sort=name");
    await expect.poll(async () => (await names(page)).at(0)).toBe("secret 0");
    for (const loaded of [100, 120]) {
      await page.getByRole("button", { name: "Load more" }).click();
      await expect.poll(async () => (await names(page)).length).toBe(loaded);
    }
    const all = Array.from({ length: 120 }, (_, n) => `secret ${n}`);
    expect(await names(page)).toEqual(all.toSorted());
  });

  it("can be used with the keyboard alone", async () => {
    const page = await atList();
    await searchBox(page).focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("n"); // Selects the order "Name".
    await shows(page, ["100% of it", "Backup key", "database password", "Database, staging", "VPN login"]);
    for (const _ of ["Pending", "Viewed", "Destroyed"]) await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await shows(page, ["Backup key"]);
    expect(query(page)).toBe("?status=destroyed&sort=name");
  });

  it("shows each status as an icon and in words", async () => {
    const page = await atList();
    await createSecret(page, { name: "open" });
    await leaveHandOff(page);
    await rowOf(page, "open").getByText("Pending").waitFor();
    const statuses = await page
      .getByTestId("ttl-secret")
      .locator(".status")
      .evaluateAll((all) =>
        all.map((one) => ({
          icon: one.querySelector("svg")?.classList.contains("ring")
            ? "ring"
            : one.querySelector("svg")?.innerHTML,
          word: one.querySelector(".status-word")?.textContent,
        })),
      );
    const words = new Set(statuses.map(({ word }) => word));
    expect(words).toEqual(new Set(["Pending", "Viewed", "Expired", "Destroyed", "Revoked"]));
    expect(new Set(statuses.map(({ icon }) => icon)).size).toBe(words.size);
    expect(statuses.every(({ icon }) => icon)).toBe(true);
  });

  it("offers to create an ended secret again, with its name and TTL but no value", async () => {
    const page = await atList();
    await rowOf(page, "Backup key").getByRole("button", { name: "Create again" }).click();
    const dialog = page.getByRole("dialog", { name: "New TTL secret" });
    await dialog.waitFor();
    expect(await dialog.getByLabel("Name").inputValue()).toBe("Backup key");
    expect(await dialog.getByLabel("Hours").inputValue()).toBe("0");
    expect(await dialog.getByLabel("Minutes").inputValue()).toBe("5");
    expect(await dialog.getByLabel("Value", { exact: true }).inputValue()).toBe("");
    await dialog.getByLabel("Value", { exact: true }).fill("hunter3");
    await dialog.getByRole("button", { name: "Create secret" }).click();
    await page.getByTestId("link").waitFor();
    await leaveHandOff(page);
    await shows(page, ["Backup key", ...Object.keys(SECRETS)]);
  });

  it("with a filter, adds new secrets, alerts about ended ones, and removes them on reload", async () => {
    const page = await atList();
    const handOff = await createSecret(page, { name: "first" });
    await leaveHandOff(page);
    await page.getByRole("checkbox", { name: "Pending" }).check();
    await shows(page, ["first"]);
    await createSecret(page, { name: "second" });
    await leaveHandOff(page);
    await shows(page, ["second", "first"]);
    const recipient = await stack.current.newPerson();
    await openLink(recipient, handOff.link);
    await attempt(recipient, "anchor banjo cactus dolphin eagle falcon");
    await expectScreen(recipient, "destroyed");
    await page.getByTestId("destroyed-alert").getByText("“first” was destroyed").waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.getByTestId("destroyed-alert").waitFor({ state: "detached" });
    const heading = page.getByRole("heading", { name: "TTL secrets" });
    expect(await heading.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.reload();
    await shows(page, ["second"]);
  });

  it("never shows another project's rows, even for a moment", async () => {
    const page = await atList();
    const created = await page.request.post("/graphql", {
      data: { query: 'mutation { createProject(input: { name: "Other" }) { id } }' },
    });
    const { data } = await created.json();
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/graphql", async (route) => {
      if (route.request().postData()?.includes("query TtlSecrets(")) await held;
      await route.continue();
    });
    await page.getByRole("link", { name: "Projects" }).click();
    await page.getByRole("link", { name: "Other" }).click();
    await page.getByRole("heading", { name: "Other", level: 1 }).waitFor();
    expect(data.createProject.id).toBe(new URL(page.url()).pathname.split("/")[2]);
    expect(await names(page)).toEqual([]);
    answer();
    await page.getByText("No secrets yet").waitFor();
    expect(await page.getByRole("searchbox").count()).toBe(0);
  });
});
