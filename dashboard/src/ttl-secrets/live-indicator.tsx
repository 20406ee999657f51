import { t } from "../i18n/i18n.ts";
import type { Liveness } from "./use-live-ttl-secrets.ts";

/** Whether what is on screen changes by itself at once. Not announced: it is there to be looked at. */
export function LiveIndicator({ liveness }: { liveness: Liveness }) {
  if (liveness === "waiting") return null;
  const isLive = liveness === "live";
  return (
    <p className={isLive ? "live live-on" : "live"} data-testid="live">
      {t(isLive ? "ttlSecrets.live" : "ttlSecrets.notLive")}
    </p>
  );
}
