import type { TestProject } from "vitest/node";
import { findBrowser, launchServer } from "./browser.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** WebSocket address of the browser that all suites share. Each suite has browser profiles of its own in it. */
    browser: string;
  }
}

/** Starts one browser for all suites of a project. */
export default async function setup(project: TestProject) {
  const { spec, remove } = await findBrowser();
  const server = await launchServer(spec);
  project.provide("browser", server.wsEndpoint());
  return async () => {
    await server.close();
    await remove();
  };
}
