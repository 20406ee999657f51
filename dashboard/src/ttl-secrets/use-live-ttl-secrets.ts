import { useEffect, useEffectEvent, useState } from "react";
import { asApiError } from "../api/api-error.ts";
import { followDocument } from "../api/graphql-stream.ts";
import { TtlSecretChangedDocument } from "../gql/graphql.ts";
import { useVisible } from "../page/use-visible.ts";
import type { TtlSecret } from "./ttl-secret.ts";

/** Until a stream is opened again, with some randomness: all dashboards of a server that stopped come back. */
const retryMs = () => 1_000 + Math.random() * 1_000;

/** Where the page stands with its stream: "waiting" before the first one is open. */
export type Liveness = "waiting" | "live" | "not-live";

/**
 * Follows a project's secrets over one stream, opened anew whenever it ends. A hidden tab has none: browsers allow
 * six connections to a server over HTTP/1.1, for all tabs together; what changed meanwhile is told on return.
 */
export function useLiveTtlSecrets(
  projectId: string,
  on: {
    /** The last change that is known here. */
    since: () => string | undefined;
    /** The stream is open: nothing is missed from now on. */
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
        // Signed out, or no such project any more: the list's own polling says which, and what follows from it.
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
