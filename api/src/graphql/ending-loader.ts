import DataLoader from "dataloader";
import { type Ending, findEndings } from "../audit/find-endings.ts";
import type { Context } from "./context.ts";

type EndingLoader = DataLoader<string, Ending | null>;

const loaders = new WeakMap<Context, EndingLoader>();

/**
 * The audit log's ending of a TTL secret, for those who may read the log; null for an API key, and without such an event.
 * One statement serves all secrets of a list. Nothing is cached: a stream uses one context for hours.
 */
export function endingOf(context: Context, secretId: string): Promise<Ending | null> {
  let loader = loaders.get(context);
  if (!loader) {
    loader = createLoader(context);
    loaders.set(context, loader);
  }
  return loader.load(secretId);
}

function createLoader(context: Context): EndingLoader {
  return new DataLoader(
    async (secretIds) => {
      const principal = await context.principal();
      if (principal?.kind !== "member") return secretIds.map(() => null);
      return findEndings(context.services, { member: principal.member, secretIds });
    },
    { cache: false },
  );
}
