import { useCallback, useRef, useState } from "react";
import { endings, newlyDestroyed, type TtlSecret } from "./ttl-secret.ts";

/**
 * Collects pending secrets that end while the list is on screen, once each. `observe` gets what the list reads and
 * what the stream delivers, because a filtered list may leave out what has just ended.
 */
export function useEndings() {
  const pending = useRef(new Map<string, TtlSecret>());
  /** Ended secrets stay ended, even if an older response arrives later. */
  const ended = useRef(new Set<string>());
  /** Screen reader announcement: the change itself, not the countdown. */
  const [announcement, setAnnouncement] = useState("");
  const [destroyed, setDestroyed] = useState<TtlSecret[]>([]);

  const observe = useCallback((secrets: TtlSecret[]) => {
    const before = [...pending.current.values()];
    const news = endings(before, secrets);
    const alerts = newlyDestroyed(before, secrets);
    for (const secret of secrets) {
      if (secret.status !== "PENDING") {
        pending.current.delete(secret.id);
        ended.current.add(secret.id);
      } else if (!ended.current.has(secret.id)) {
        pending.current.set(secret.id, secret);
      }
    }
    if (news.length > 0) setAnnouncement(news.join(" "));
    if (alerts.length > 0) setDestroyed((shown) => [...alerts, ...shown]);
  }, []);

  /** Removes the secret's alert, and prevents one that has not appeared yet. */
  const dismiss = useCallback(({ id }: TtlSecret) => {
    pending.current.delete(id);
    ended.current.add(id);
    setDestroyed((shown) =>
      shown.some((secret) => secret.id === id) ? shown.filter((secret) => secret.id !== id) : shown,
    );
  }, []);
  return { announcement, destroyed, observe, dismiss };
}
