import { useEffect, useEffectEvent, useRef, useState } from "react";
import { followDocument } from "../api/graphql-stream.ts";
import { useSessionPaused } from "../api/session-end.ts";
import { shareStream } from "../api/shared-stream.ts";
import { TtlSecretChangedDocument } from "../gql/graphql.ts";
import { useVisible } from "../page/use-visible.ts";
import type { TtlSecret } from "./ttl-secret.ts";

/** State of the stream: "waiting" before the first one is open. */
export type Liveness = "waiting" | "live" | "not-live";

/**
 * Subscribes to a project's secrets over one stream, which the visible tabs of this browser share. A hidden tab takes no
 * part; missed changes are delivered on return.
 */
export function useLiveTtlSecrets(
  { projectId, viewerId }: { projectId: string; viewerId: string },
  on: {
    /** Time of the latest known change. */
    since: () => string | undefined;
    /** The stream is open; no change is missed from now on. `joined`: earlier changes were not delivered again. */
    open: (joined: boolean) => void;
    change: (secret: TtlSecret) => void;
  },
): Liveness {
  const active = useVisible() && !useSessionPaused();
  const [liveness, setLiveness] = useState<Liveness>("waiting");
  /** Time of the latest change before the stream broke off. Polls since then may have skipped earlier ones. */
  const gap = useRef<string>(undefined);
  const since = useEffectEvent(on.since);
  const change = useEffectEvent(on.change);
  const open = useEffectEvent((joined: boolean) => {
    gap.current = undefined;
    setLiveness("live");
    on.open(joined);
  });
  const down = useEffectEvent(() => {
    gap.current ??= since();
    setLiveness("not-live");
  });

  useEffect(() => {
    if (!active) return;
    const leaving = new AbortController();
    // The channel's name has the account: its tabs get everything that the stream delivers.
    shareStream<TtlSecret>(
      `ttl-secrets live ${viewerId} ${projectId}`,
      (control) =>
        followDocument(
          TtlSecretChangedDocument,
          { projectId, since: gap.current ?? since() ?? null },
          {
            open: control.open,
            data: ({ ttlSecretChanged }) => control.event(ttlSecretChanged),
            signal: control.signal,
          },
        ),
      { open: (joined) => open(joined), event: (secret) => change(secret), down: () => down() },
      leaving.signal,
    );
    return () => leaving.abort();
  }, [projectId, viewerId, active]);

  return liveness;
}
