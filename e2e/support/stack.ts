import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, inject, onTestFinished } from "vitest";
import { createDatabase } from "../../api/test/database.ts";
import { type ApiProcess, freshKeys, startApi } from "./api-process.ts";

type ContextOptions = Parameters<Browser["newContext"]>[0];

/** The built product as its users meet it: an API process on a real database, and a real browser. */
export interface Stack {
  url: string;
  databaseUrl: string;
  /** Opens a page in a new browser profile: another person. */
  newPerson: (options?: ContextOptions) => Promise<Page>;
}

/** A stack whose API process no other suite uses. */
export interface OwnStack extends Stack {
  /** Everything the process has written to stdout and stderr. */
  output: () => string;
  /** Stops the API. `start` starts it again on the same port and database. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
  /** Ends the API with SIGKILL. `start` starts it again. */
  kill: () => Promise<void>;
  /** Starts another API process on the same database, until the end of the suite. Returns its address. */
  startAnother: () => Promise<string>;
}

/**
 * The API process that all such suites of the project share. A suite may read and write its own vaults only. A page
 * closes at the end of the test that opened it.
 */
export function useSharedStack(): { current: Stack } {
  const holder = {} as { current: Stack };
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.connect(inject("browser"));
    const { url, databaseUrl } = inject("sharedApi");
    const newPerson: Stack["newPerson"] = async (options) => {
      const context = await newContext(browser, url, options);
      onTestFinished(() => close(context));
      return context.newPage();
    };
    holder.current = { url, databaseUrl, newPerson };
  });
  afterAll(() => browser?.close());
  return holder;
}

/** Starts an API process of the suite's own before its tests and stops it after them. `env` configures the process. */
export function useStack(env: Record<string, string> = {}): { current: OwnStack } {
  const holder = {} as { current: OwnStack };
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const started = await startStack(env);
    holder.current = started.stack;
    remove = started.remove;
  }, 60_000);
  afterAll(() => remove?.());
  return holder;
}

async function startStack(env: Record<string, string>) {
  const database = await createDatabase(inject("templateName"));
  const shared = { ...freshKeys(), ...env };
  const { url, output, start, stop, kill } = await startApi(database.url, shared);
  const others: ApiProcess[] = [];
  const startAnother = async () => {
    const other = await startApi(database.url, { ...shared, PUBLIC_URL: url });
    others.push(other);
    return other.url;
  };
  const browser = await chromium.connect(inject("browser"));
  const contexts: BrowserContext[] = [];
  const newPerson: Stack["newPerson"] = async (options) => {
    const context = await newContext(browser, url, options);
    contexts.push(context);
    return context.newPage();
  };
  const remove = async () => {
    await Promise.all(contexts.map(close));
    await browser.close();
    await Promise.all([stop(), ...others.map((other) => other.stop())]);
    await database.remove();
  };
  const stack: OwnStack = {
    url,
    databaseUrl: database.url,
    output,
    newPerson,
    stop,
    start,
    kill,
    startAnother,
  };
  return { stack, remove };
}

async function newContext(browser: Browser, url: string, options: ContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: url, locale: "en-GB", ...options });
  context.setDefaultTimeout(15_000);
  return context;
}

/** Closes a profile. An answer that a test fulfils may still be on its way to one of the pages. */
async function close(context: BrowserContext): Promise<void> {
  await Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
  await context.close();
}
