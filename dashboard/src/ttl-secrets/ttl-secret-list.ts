import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { runDocument } from "../api/graphql-client.ts";
import { nodesOf, type Pages, replaceNodes } from "../api/pages.ts";
import { pageSize, useWatchedPages, watchedPagesKeys } from "../api/use-watched-pages.ts";
import { RevokeTtlSecretDocument, TtlSecretsDocument } from "../gql/graphql.ts";
import { type ListView, viewVariables, writeView } from "./list-view.ts";
import { latestChange, type TtlSecret } from "./ttl-secret.ts";
import { useLiveTtlSecrets } from "./use-live-ttl-secrets.ts";

const list = "ttl-secrets";

const currentKey = (projectId: string, id: string) => ["ttl-secret", projectId, id];

// The sender waits for "Viewed", often on the phone with the recipient: poll every two seconds while a secret is
// pending.
const pollMs = { busy: 2_000, idle: 5_000 };

// With an open stream, polling is only a fallback.
const livePollMs = { busy: 60_000, idle: 60_000 };

// A filtered view reads every loaded page per poll.
const anywherePollMs = { busy: 5_000, idle: 10_000 };

/** Time in ms over which new secrets are batched before the list is read again. */
const gatherMs = { newest: 100, perPage: 1_000 };

/**
 * A project's TTL secrets in a view, kept current by a stream or by polling. A row that no longer matches the view
 * changes in place and disappears on the next read. `onChange` receives every change of the stream.
 */
export function useTtlSecrets(
  { projectId, viewerId }: { projectId: string; viewerId: string },
  view: ListView,
  onChange: (secret: TtlSecret) => void,
) {
  const queries = useQueryClient();
  const variables = viewVariables(view);
  const anywhere = variables.filter !== null || variables.orderBy !== "NEWEST_FIRST";
  const keys = watchedPagesKeys(list, projectId, String(writeView(view)));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const forget = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
  };
  useEffect(() => forget, []);
  const loaded = () => queries.getQueryData<Pages<TtlSecret>>(keys.pages);
  /** Schedules one read of the list, however many secrets are new, in the view current at that time. */
  const readSoon = () => {
    timer.current ??= setTimeout(
      () => {
        forget();
        void queries.invalidateQueries({ queryKey: [list, projectId, "watch"] });
      },
      anywhere ? gatherMs.perPage * (loaded()?.pages.length ?? 1) : gatherMs.newest,
    );
  };
  const liveness = useLiveTtlSecrets(
    { projectId, viewerId },
    {
      since: () => latestChange(nodesOf(loaded())),
      open: (joined) => {
        if (!joined) return readSoon();
        // Another tab's stream does not repeat what this one missed, on any loaded page. A read that has begun may be older.
        const pages = { queryKey: keys.pages, exact: true };
        void queries.cancelQueries(pages).then(() => queries.refetchQueries(pages));
      },
      change: (secret) => {
        onChange(secret);
        queries.setQueryData<TtlSecret>(currentKey(projectId, secret.id), (shown) => shown && secret);
        const known = loaded();
        const nodes = nodesOf(known);
        if (known && nodes.some(({ id }) => id === secret.id)) {
          queries.setQueryData<Pages<TtlSecret>>(keys.pages, replaceNodes(known, [secret]));
        } else if (anywhere || secret.createdAt >= (nodes.at(-1)?.createdAt ?? "")) {
          // A new secret; reading the list puts it in its place. An older one comes with "Load more".
          readSoon();
        }
      },
    },
  );
  const pages = useWatchedPages<TtlSecret>({
    keys,
    read: (after, signal) => readPage({ projectId, after, ...variables }, signal),
    mayChange: (secret) => secret.status === "PENDING",
    pollMs: liveness === "live" ? livePollMs : anywhere ? anywherePollMs : pollMs,
    anywhere,
  });
  return { ...pages, liveness };
}

async function readPage(
  asked: { projectId: string; after: string | null } & ReturnType<typeof viewVariables>,
  signal: AbortSignal,
) {
  return (await runDocument(TtlSecretsDocument, { ...asked, first: pageSize }, signal)).ttlSecrets;
}

/**
 * Current state of a secret that was just created, from the stream or by polling, whether or not the list shows it.
 */
export function useCurrentSecret(
  projectId: string,
  created: TtlSecret | undefined,
  isLive: boolean,
): TtlSecret | undefined {
  const queries = useQueryClient();
  const key = currentKey(projectId, created?.id ?? "");
  const current = useQuery<TtlSecret | null>({
    queryKey: key,
    enabled: created !== undefined,
    initialData: created ?? null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchInterval: ({ state }) =>
      state.data?.status === "PENDING" ? (isLive ? livePollMs : pollMs).busy : false,
    queryFn: async ({ signal }) => {
      const asked = { projectId, after: null, orderBy: "NEWEST_FIRST" as const };
      // Searched by name, so that it is found however many secrets were created since.
      const { edges } = await readPage({ ...asked, filter: { nameContains: created?.name } }, signal);
      const read = edges.find(({ node }) => node.id === created?.id)?.node;
      const known = queries.getQueryData<TtlSecret>(key);
      // The stream may have delivered a newer state meanwhile.
      return read && known && read.changedAt < known.changedAt ? known : (read ?? known ?? null);
    },
  });
  return current.data ?? created;
}

/** Revokes a pending secret. The row changes once the server has confirmed. */
export function useRevokeTtlSecret(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => (await runDocument(RevokeTtlSecretDocument, { id })).revokeTtlSecret,
    onSuccess: (secret) => {
      queries.setQueriesData<Pages<TtlSecret>>({ queryKey: [list, projectId, "pages"] }, (loaded) =>
        loaded ? replaceNodes(loaded, [secret]) : loaded,
      );
      queries.setQueryData<TtlSecret>(currentKey(projectId, secret.id), (shown) => shown && secret);
    },
    // Read the list after an error: the secret may have been viewed a second earlier.
    onSettled: () => queries.invalidateQueries({ queryKey: [list, projectId, "watch"] }),
  });
}
