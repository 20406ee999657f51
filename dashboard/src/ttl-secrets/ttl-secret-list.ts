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

// The sender waits for "Viewed" with a phone in the other hand: two seconds while something is pending.
const pollMs = { busy: 2_000, idle: 5_000 };

// While a stream tells of every change, asking is only a net below it.
const livePollMs = { busy: 60_000, idle: 60_000 };

// A view is read whole, every loaded page of it.
const anywherePollMs = { busy: 5_000, idle: 10_000 };

/** How long new secrets are gathered before the list is read again: its newest page, or every page of a view. */
const gatherMs = { newest: 100, perPage: 1_000 };

/**
 * A project's TTL secrets in a view of them, kept up to date while they are on screen: by a stream, or by asking. A row
 * that no longer belongs into the view changes where it stands, and goes when the list is next read. `onChange` is told
 * whatever the stream tells.
 */
export function useTtlSecrets(projectId: string, view: ListView, onChange: (secret: TtlSecret) => void) {
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
  /** Has the list read: once, however many secrets were made at a time, and in the view there is then. */
  const readSoon = () => {
    timer.current ??= setTimeout(
      () => {
        forget();
        void queries.invalidateQueries({ queryKey: [list, projectId, "watch"] });
      },
      anywhere ? gatherMs.perPage * (loaded()?.pages.length ?? 1) : gatherMs.newest,
    );
  };
  const liveness = useLiveTtlSecrets(projectId, {
    since: () => latestChange(nodesOf(loaded())),
    open: readSoon,
    change: (secret) => {
      onChange(secret);
      queries.setQueryData<TtlSecret>(currentKey(projectId, secret.id), (shown) => shown && secret);
      const known = loaded();
      const nodes = nodesOf(known);
      if (known && nodes.some(({ id }) => id === secret.id)) {
        queries.setQueryData<Pages<TtlSecret>>(keys.pages, replaceNodes(known, [secret]));
      } else if (anywhere || secret.createdAt >= (nodes.at(-1)?.createdAt ?? "")) {
        // It is new, and the list knows where it goes. An older one comes with "Load more".
        readSoon();
      }
    },
  });
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
 * A secret that was just made, as it is now, whether or not the list shows it: told by the list's stream, or asked for.
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
      // By its name, so that it is found however many others were made meanwhile.
      const { edges } = await readPage({ ...asked, filter: { nameContains: created?.name } }, signal);
      const read = edges.find(({ node }) => node.id === created?.id)?.node;
      const known = queries.getQueryData<TtlSecret>(key);
      // The stream may have told more while this was on its way.
      return read && known && read.changedAt < known.changedAt ? known : (read ?? known ?? null);
    },
  });
  return current.data ?? created;
}

/** Takes a pending secret back; the row changes as soon as the server has said so. */
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
    // Whatever went wrong, the list knows best what is true: the secret may have been viewed a second
    // earlier.
    onSettled: () => queries.invalidateQueries({ queryKey: [list, projectId, "watch"] }),
  });
}
