import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "@ttl-secrets/drizzle/migrate";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../src/embedded-postgres/embedded-postgres.ts";
import { dropDatabase } from "./drop-database.ts";
import { UNSYNCED } from "./unsynced.ts";

/** One real PostgreSQL for the whole run: the embedded one, or the server of TEST_DATABASE_URL. */
export default async function setup(project: TestProject) {
  const server = process.env.TEST_DATABASE_URL
    ? { url: process.env.TEST_DATABASE_URL, stop: async () => {} }
    : await startDisposableServer();
  const templateName = `ttl_template_${randomUUID().slice(0, 8)}`;
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  await sql`CREATE DATABASE ${sql(templateName)}`;
  const url = new URL(server.url);
  url.pathname = `/${templateName}`;
  await migrate(url.href);
  project.provide("serverUrl", server.url);
  project.provide("templateName", templateName);

  return async () => {
    await dropDatabase(sql, templateName);
    await sql.end();
    await server.stop();
  };
}

/** Without fsync: no data outlives the run, so none must survive a crash of the machine. */
async function startDisposableServer() {
  const dataDir = await mkdtemp(join(tmpdir(), "ttl-secrets-test-"));
  const server = await startEmbeddedPostgres({
    dataDir,
    settings: { ...UNSYNCED, max_connections: "300" },
  });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
