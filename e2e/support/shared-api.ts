import { randomUUID } from "node:crypto";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { dropDatabase } from "../../api/test/drop-database.ts";
import { startApi } from "./api-process.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The API process that browser suites share, and its database. */
    sharedApi: { url: string; databaseUrl: string };
  }
}

/** Starts one API process for all suites that neither restart nor configure it. Vaults isolate the suites. */
export default async function setup(project: TestProject) {
  const { serverUrl, templateName } = project.getProvidedContext();
  const sql = postgres(serverUrl, { max: 1, onnotice: () => {} });
  const name = `ttl_shared_${randomUUID().slice(0, 8)}`;
  await sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(templateName)}`;
  const databaseUrl = new URL(serverUrl);
  databaseUrl.pathname = `/${name}`;
  const api = await startApi(databaseUrl.href);
  project.provide("sharedApi", { url: api.url, databaseUrl: databaseUrl.href });
  return async () => {
    await api.stop();
    await dropDatabase(sql, name);
    await sql.end();
  };
}
