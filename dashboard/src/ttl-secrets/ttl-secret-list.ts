import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { RevokeTtlSecretDocument, TtlSecretsDocument } from "../gql/graphql.ts";
import { runDocument } from "../shared/graphql-client.ts";
import { nodesOf, type Pages, replaceNodes } from "../shared/pages.ts";
import { pageSize, useWatchedPages, watchedPagesKeys } from "../shared/use-watched-pages.ts";
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

const currentPollMs = 3_000;

/** How long new secrets are gathered before the list is read again; all of its loaded pages are, in a view. */
const gatherMs = { newest: 100, anywhere: 1_000 };

/**
 * A project's TTL secrets, kept up to date while they are on screen: by a stream, or by asking. A row that the view
 * does not show any more changes where it stands, and goes when the list is next read.
 */
export function useTtlSecrets(projectId: string, view: ListView, tell: (secret: TtlSecret) => void) {
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
  /** Has the list read: once, however many secrets were made at a time, and in the view there is then. */
  const readSoon = () => {
    timer.current ??= setTimeout(
      () => {
        forget();
        void queries.invalidateQueries({ queryKey: [list, projectId, "watch"] });
      },
      anywhere ? gatherMs.anywhere : gatherMs.newest,
    );
  };
  const loaded = () => queries.getQueryData<Pages<TtlSecret>>(keys.pages);
  const liveness = useLiveTtlSecrets(projectId, {
    since: () => latestChange(nodesOf(loaded())),
    open: readSoon,
    change: (secret) => {
      tell(secret);
      const key = currentKey(projectId, secret.id);
      if (queries.getQueryData(key)) queries.setQueryData(key, secret);
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

/** A new secret as it is now, whether or not the list shows it. */
export function useCurrentSecret(projectId: string, created: TtlSecret | undefined): TtlSecret | undefined {
  const queries = useQueryClient();
  const key = currentKey(projectId, created?.id ?? "");
  const current = useQuery({
    queryKey: key,
    enabled: created !== undefined,
    initialData: created,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    // The stream tells at once; asking is the net below it.
    refetchInterval: ({ state }) => (state.data?.status === "PENDING" ? currentPollMs : false),
    queryFn: async ({ signal }) => {
      const asked = { projectId, after: null, filter: null, orderBy: "NEWEST_FIRST" as const };
      const { edges } = await readPage(asked, signal);
      return edges.find(({ node }) => node.id === created?.id)?.node ?? queries.getQueryData<TtlSecret>(key);
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
