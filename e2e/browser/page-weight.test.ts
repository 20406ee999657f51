import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { LANGUAGE_TAGS } from "../../reveal/src/text/language.ts";
import { createSecret, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** Name of the word list, which loads while the recipient reads the page. */
const LIST = /wordlist/;

/** Limits in bytes as transferred, without headers. */
const MOST = { reveal: 17_000, wordList: 30_000, dashboard: 200_000 };

/** Records the page's requests from now on, and the bytes of their answers. */
function watch(page: Page, isCounted = (_name: string) => true) {
  const sizes: Promise<{ name: string; size: number }>[] = [];
  const { origin } = new URL(stack.current.url);
  page.on("requestfinished", (request) => {
    const name =
      request
        .url()
        .replace(origin, "")
        .replace(/^\/vault_.*/, "page") || "page";
    sizes.push(request.sizes().then(({ responseBodySize }) => ({ name, size: responseBodySize })));
  });
  return async () => {
    const all = await Promise.all(sizes);
    const requests = all.filter(({ name }) => isCounted(name));
    return { requests, bytes: requests.reduce((sum, { size }) => sum + size, 0) };
  };
}

type Weight = Awaited<ReturnType<ReturnType<typeof watch>>>;

function print(what: string, { requests, bytes }: Weight, most: number): void {
  const list = requests.map(({ name, size }) => `    ${String(size).padStart(7)}  ${name}`).join("\n");
  process.stdout.write(`\n  ${what}: ${bytes} of ${most} bytes, ${requests.length} requests\n${list}\n`);
}

it.each([...LANGUAGE_TAGS])(
  "the recipient's page takes at most 17 KB and 4 requests until the passphrase can be typed: %s",
  async (locale) => {
    link ??= await newLink();
    const page = await stack.current.newPerson({ locale });
    const weigh = watch(page, (name) => !LIST.test(name));
    await page.goto(link);
    await page.getByRole("textbox").waitFor();
    await page.waitForLoadState("networkidle");
    expect(await page.locator("html").getAttribute("lang")).toBe(locale);
    const weight = await weigh();
    print(`the recipient's page (${locale})`, weight, MOST.reveal);
    expect(weight.requests.length).toBeGreaterThanOrEqual(3);
    expect(weight.requests.length).toBeLessThanOrEqual(4);
    expect(weight.bytes).toBeLessThanOrEqual(MOST.reveal);
  },
);

it("the word list takes at most 30 KB and one request, and is there before anything is typed", async () => {
  link ??= await newLink();
  const page = await stack.current.newPerson();
  const weigh = watch(page, (name) => LIST.test(name));
  await page.goto(link);
  await page.getByRole("textbox").waitFor();
  await page.waitForLoadState("networkidle");
  const weight = await weigh();
  print("the word list", weight, MOST.wordList);
  expect(weight.requests).toHaveLength(1);
  expect(weight.bytes).toBeGreaterThan(0);
  expect(weight.bytes).toBeLessThanOrEqual(MOST.wordList);
});

let link: string | undefined;

async function newLink(): Promise<string> {
  const sender = await stack.current.newPerson();
  await useProject(sender);
  return (await createSecret(sender)).link;
}

it("the dashboard takes at most 200 KB up to the sign-in form, and up to the list of projects", async () => {
  const page = await stack.current.newPerson();
  const weighSignIn = watch(page);
  await page.goto("/sign-in");
  await page.getByLabel("Password").waitFor();
  const signIn = await weighSignIn();
  print("the dashboard, signed out", signIn, MOST.dashboard);
  expect(signIn.bytes).toBeGreaterThan(0);
  expect(signIn.bytes).toBeLessThanOrEqual(MOST.dashboard);

  const member = await stack.current.newPerson();
  await useProject(member);
  const fresh = await member.context().newPage();
  // Intercepted requests bypass the browser's cache.
  await fresh.route("**/*", (route) => route.continue());
  const weighProjects = watch(fresh);
  await fresh.goto("/");
  await fresh.getByText("Payments").first().waitFor();
  const projects = await weighProjects();
  print("the dashboard, signed in", projects, MOST.dashboard);
  expect(projects.bytes).toBeLessThanOrEqual(MOST.dashboard);
});
