import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { attempt, openLink, readValue } from "../support/recipient.ts";
import { createSecret, leaveHandOff, rowOf, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** More than the six HTTP/1.1 connections that a browser allows to one server. */
const WINDOWS = 8;

const live = (page: Page) => page.getByTestId("live").getByText("Live", { exact: true }).waitFor();

/** Records which page opens streams. */
function watchStreams(page: Page, streams: Page[]): void {
  page.on("request", (request) => {
    if (request.postData()?.includes("subscription")) streams.push(page);
  });
}

/** Windows of one browser on the same project, all visible. */
async function openWindows() {
  const streams: Page[] = [];
  const first = await stack.current.newPerson();
  watchStreams(first, streams);
  await useProject(first);
  const windows = [first];
  while (windows.length < WINDOWS) {
    const page = await first.context().newPage();
    watchStreams(page, streams);
    windows.push(page);
    await page.goto(first.url());
    await live(page);
  }
  return { windows, streams };
}

describe("eight windows of one browser", () => {
  it("on one project share one stream; another takes over when its window closes; a link opens, too", async () => {
    const { windows, streams } = await openWindows();
    expect(new Set(streams).size).toBe(1);
    const last = windows.at(-1) as Page;
    const { link, passphrase } = await createSecret(last, { name: "VPN login" });
    const second = await createSecretBehind(last, "Second");
    for (const page of windows) await rowOf(page, "VPN login").getByText("Pending").waitFor();

    const recipient = await last.context().newPage();
    await openLink(recipient, link);
    await attempt(recipient, passphrase);
    expect(await readValue(recipient)).toBe("hunter2");
    for (const page of windows) await rowOf(page, "VPN login").getByText("Viewed").waitFor();

    const [leader] = streams;
    const rest = windows.filter((page) => page !== leader);
    await leader?.close();
    // An event while no window may have a stream.
    await openLink(recipient, second.link);
    await attempt(recipient, second.passphrase);
    await readValue(recipient);
    for (const page of rest) await rowOf(page, "Second").getByText("Viewed").waitFor();
    for (const page of rest) await live(page);
    expect(new Set(streams).size).toBe(2);
  });

  it("on eight projects all work, with three streams at most", async () => {
    const streams: Page[] = [];
    const first = await stack.current.newPerson();
    watchStreams(first, streams);
    await useProject(first);
    const { link, passphrase } = await createSecret(first, { name: "VPN login" });
    await leaveHandOff(first);
    for (let n = 1; n < WINDOWS; n++) {
      const page = await first.context().newPage();
      watchStreams(page, streams);
      const created = await page.request.post("/graphql", {
        data: { query: `mutation { createProject(input: { name: "Project ${n}" }) { id } }` },
      });
      const { data } = await created.json();
      await page.goto(`/projects/${data.createProject.id}`);
      await page.getByText("No secrets yet").waitFor();
    }
    expect(new Set(streams).size).toBe(3);
    const recipient = await first.context().newPage();
    await openLink(recipient, link);
    await attempt(recipient, passphrase);
    expect(await readValue(recipient)).toBe("hunter2");
    await rowOf(first, "VPN login").getByText("Viewed").waitFor();
  });
});

it("a window of another account gets no events of the first", async () => {
  const first = await stack.current.newPerson();
  await useProject(first);
  await live(first);
  const second = await first.context().newPage();
  const names = () =>
    second.evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => name ?? "") ?? []);
  await second.goto(first.url());
  await live(second);
  const before = (await names()).filter((name) => name.includes("live"));
  expect(before).toHaveLength(1);
  // Signs the whole browser in with another account.
  await second.context().clearCookies();
  await useProject(second, "Mine");
  await live(second);
  expect((await names()).filter((name) => name.includes("live"))).toHaveLength(2);
  // The first window is looked at again, and finds out.
  await expect
    .poll(async () => {
      await first.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
      return (await names()).filter((name) => name.includes("live"));
    })
    .not.toContain(before[0]);
});

async function createSecretBehind(page: Page, name: string) {
  await leaveHandOff(page);
  const handOff = await createSecret(page, { name });
  await leaveHandOff(page);
  return handOff;
}
