import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { useProject } from "./sender.ts";

/** What to make a key with; what is left out has its usual value. */
export interface NewKey {
  scopes?: string[];
  projectIds?: string[];
}

/** Gives the page an account with a project, and makes a key in its vault, over the API. */
export async function useApiKey(page: Page, changes: NewKey = {}) {
  await useProject(page);
  const projectId = new URL(page.url()).pathname.split("/")[2] ?? "";
  const input = {
    name: `Bot ${randomUUID()}`,
    scopes: ["TTL_SECRETS_CREATE", "TTL_SECRETS_READ"],
    expiresInDays: 1,
    ...changes,
  };
  const query = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id } } }";
  const response = await page.request.post("/graphql", { data: { query, variables: { input } } });
  const { data } = await response.json();
  return { projectId, key: data.createApiKey.key as string, id: data.createApiKey.apiKey.id as string };
}

/** Revokes a key as the page's member. */
export async function revokeApiKey(page: Page, id: string): Promise<void> {
  const query = "mutation ($id: ID!) { revokeApiKey(id: $id) }";
  const response = await page.request.post("/graphql", { data: { query, variables: { id } } });
  const { errors } = await response.json();
  if (errors) throw new Error("the key could not be revoked");
}
