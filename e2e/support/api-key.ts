import type { Page } from "playwright-core";
import { createKey, type NewKey, revokeKey } from "../../api/test/factories.ts";
import { endpointOf } from "../consistency/recipients.ts";
import { cookieOf, projectIdOf, useProject } from "./sender.ts";

/** Signs the page in to a new account with a project, and creates an API key in its vault over the API at `url`. */
export async function useApiKey(page: Page, url: string, changes: Partial<NewKey> = {}) {
  await useProject(page);
  const api = endpointOf({ url });
  const { id, key } = await createKey(api, { cookie: await cookieOf(page) }, changes);
  /** Revokes the key as the signed-in member. */
  const revoke = async () => {
    const { errors } = await revokeKey(api, { cookie: await cookieOf(page) }, id);
    if (errors) throw new Error("the key could not be revoked");
  };
  return { projectId: projectIdOf(page), key, revoke };
}
