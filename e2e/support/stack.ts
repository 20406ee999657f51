import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";
import { createDatabase } from "../../api/test/database.ts";
import { type ApiProcess, freshKeys, startApi } from "./api-process.ts";
import { launch } from "./browser.ts";

/** The built product as its users meet it: a real process on a database of its own, and a real browser. */
export interface Stack {
  url: string;
  databaseUrl: string;
  browser: Browser;
  /** All that the process has written, to stdout and stderr. */
  output: () => string;
  /** A browser profile of its own: another person. */
  newPerson: (options?: Parameters<Browser["newContext"]>[0]) => Promise<Page>;
  /** Stops the API and starts it again on the same port and database. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
  /** Kills the API as a power cut would; `start` starts it again. */
  kill: () => Promise<void>;
  /** Starts another API process on the same database. Returns its address. It ends with the stack. */
  startAnother: () => Promise<string>;
}

/** Starts a stack before the suite's tests and removes it after them. */
export function useStack(env: Record<string, string> = {}): { current: Stack } {
  const holder = {} as { current: Stack };
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
  const browser = await launch(inject("browser"));
  const contexts: BrowserContext[] = [];
  const newPerson: Stack["newPerson"] = async (options) => {
    const context = await browser.newContext({ baseURL: url, locale: "en-GB", ...options });
    context.setDefaultTimeout(15_000);
    contexts.push(context);
    return context.newPage();
  };
  const remove = async () => {
    // An answer that a test makes up may be under way to a page that is about to close.
    const pages = contexts.flatMap((context) => context.pages());
    await Promise.all(pages.map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
    await Promise.all(contexts.map((context) => context.close()));
    await browser.close();
    await Promise.all([stop(), ...others.map((other) => other.stop())]);
    await database.remove();
  };
  return {
    stack: { url, databaseUrl: database.url, browser, output, newPerson, stop, start, kill, startAnother },
    remove,
  };
}
