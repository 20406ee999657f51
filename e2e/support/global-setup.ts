import type { TestProject } from "vitest/node";
import { type BrowserSpec, findBrowser } from "./browser.ts";

declare module "vitest" {
  export interface ProvidedContext {
    browser: BrowserSpec;
  }
}

/** Finds, or unpacks, the browser once for all suites. */
export default async function setup(project: TestProject) {
  const { spec, remove } = await findBrowser();
  project.provide("browser", spec);
  return remove;
}
