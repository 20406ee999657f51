import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { RevokeTtlSecretDocument, TtlSecretsDocument } from "../gql/graphql.ts";
import { runDocument } from "../shared/graphql-client.ts";
import { nodesOf, type Pages, replaceNodes } from "../shared/pages.ts";
import { pageSize, useWatchedPages, watchedPagesKeys } from "../shared/use-watched-pages.ts";
import { latestChange, type TtlSecret } from "./ttl-secret.ts";
import { useLiveTtlSecrets } from "./use-live-ttl-secrets.ts";

const keysOf = (projectId: string) => watchedPagesKeys("ttl-secrets", projectId);

// The sender waits for "Viewed" with a phone in the other hand: two seconds while something is pending.
const pollMs = { busy: 2_000, idle: 5_000 };

// While a stream tells of every change, asking is only a net below it.
const livePollMs = { busy: 60_000, idle: 60_000 };

/** How long new secrets are gathered before the list is read again. */
const gatherMs = 100;

/** A project's TTL secrets, newest first, kept up to date while they are on screen: by a stream, or by asking. */
export function useTtlSecrets(projectId: string) {
  const queries = useQueryClient();
  const keys = keysOf(projectId);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const forget = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
  };
  useEffect(() => forget, []);
  /** Has the newest page read: once, however many secrets were made at a time. */
  const readSoon = () => {
    timer.current ??= setTimeout(() => {
      forget();
      void queries.invalidateQueries({ queryKey: keys.watch });
    }, gatherMs);
  };
  const loaded = () => queries.getQueryData<Pages<TtlSecret>>(keys.pages);
  const liveness = useLiveTtlSecrets(projectId, {
    since: () => latestChange(nodesOf(loaded())),
    open: readSoon,
    change: (secret) => {
      const known = loaded();
      const nodes = nodesOf(known);
      if (known && nodes.some(({ id }) => id === secret.id)) {
        queries.setQueryData<Pages<TtlSecret>>(keys.pages, replaceNodes(known, [secret]));
      } else if (secret.createdAt >= (nodes.at(-1)?.createdAt ?? "")) {
        // It is new, and the list knows where it goes. An older one comes with "Load more".
        readSoon();
      }
    },
  });
  const list = useWatchedPages<TtlSecret>({
    keys,
    read: async (after, signal) =>
      (await runDocument(TtlSecretsDocument, { projectId, first: pageSize, after }, signal)).ttlSecrets,
    mayChange: (secret) => secret.status === "PENDING",
    pollMs: liveness === "live" ? livePollMs : pollMs,
  });
  return { ...list, liveness };
}

/** Takes a pending secret back; the row changes as soon as the server has said so. */
export function useRevokeTtlSecret(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => (await runDocument(RevokeTtlSecretDocument, { id })).revokeTtlSecret,
    onSuccess: (secret) => {
      queries.setQueryData<Pages<TtlSecret>>(keysOf(projectId).pages, (loaded) =>
        loaded ? replaceNodes(loaded, [secret]) : loaded,
      );
    },
    // Whatever went wrong, the list knows best what is true: the secret may have been viewed a second
    // earlier.
    onSettled: () => queries.invalidateQueries({ queryKey: keysOf(projectId).watch }),
  });
}
