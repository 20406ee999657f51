import { useEffect, useEffectEvent, useState } from "react";
import { asApiError } from "../api/api-error.ts";
import { followDocument } from "../api/graphql-stream.ts";
import { TtlSecretChangedDocument } from "../gql/graphql.ts";
import { useVisible } from "../page/use-visible.ts";
import type { TtlSecret } from "./ttl-secret.ts";

/** Reconnect delay in ms, randomized: after a restart, all dashboards of a server reconnect. */
const retryMs = () => 1_000 + Math.random() * 1_000;

/** State of the stream: "waiting" before the first one is open. */
export type Liveness = "waiting" | "live" | "not-live";

/**
 * Subscribes to a project's secrets over one stream and reconnects when it ends. A hidden tab has none, because
 * browsers allow six HTTP/1.1 connections to a server across all tabs; missed changes are delivered on return.
 */
export function useLiveTtlSecrets(
  projectId: string,
  on: {
    /** Time of the latest known change. */
    since: () => string | undefined;
    /** The stream is open; no change is missed from now on. */
    open: () => void;
    change: (secret: TtlSecret) => void;
  },
): Liveness {
  const visible = useVisible();
  const [liveness, setLiveness] = useState<Liveness>("waiting");
  const since = useEffectEvent(on.since);
  const change = useEffectEvent(on.change);
  const open = useEffectEvent(() => {
    setLiveness("live");
    on.open();
  });

  useEffect(() => {
    if (!visible) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = async () => {
      let isRefused = false;
      try {
        await followDocument(
          TtlSecretChangedDocument,
          { projectId, since: since() ?? null },
          { open, data: ({ ttlSecretChanged }) => change(ttlSecretChanged), signal },
        );
      } catch (error) {
        // Signed out, or the project is gone: the list's polling finds out which.
        isRefused = ["UNAUTHENTICATED", "NOT_FOUND"].includes(asApiError(error).code);
      }
      if (signal.aborted) return;
      setLiveness("not-live");
      if (!isRefused) timer = setTimeout(() => void follow(), retryMs());
    };
    void follow();
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [projectId, visible]);

  return liveness;
}
