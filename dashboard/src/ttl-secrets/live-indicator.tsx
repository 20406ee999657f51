import { t } from "../i18n/i18n.ts";
import type { Liveness } from "./use-live-ttl-secrets.ts";

/** Shows whether the list updates live. Not announced to screen readers. */
export function LiveIndicator({ liveness }: { liveness: Liveness }) {
  if (liveness === "waiting") return null;
  const isLive = liveness === "live";
  return (
    <p className={isLive ? "live live-on" : "live"} data-testid="live">
      {t(isLive ? "ttlSecrets.live" : "ttlSecrets.notLive")}
    </p>
  );
}
