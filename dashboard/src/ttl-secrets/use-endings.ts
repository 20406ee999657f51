import { useCallback, useRef, useState } from "react";
import { endings, newlyDestroyed, type TtlSecret } from "./ttl-secret.ts";

/**
 * Notices pending secrets that end before the sender's eyes, once each. It is shown what the list reads and what the
 * stream tells: a list with a filter may leave out what has just ended.
 */
export function useEndings() {
  const pending = useRef(new Map<string, TtlSecret>());
  /** What has ended stays so, whatever an older answer says that comes in later. */
  const ended = useRef(new Set<string>());
  /** What a screen reader says: the change itself, not the countdown. */
  const [announcement, setAnnouncement] = useState("");
  const [destroyed, setDestroyed] = useState<TtlSecret[]>([]);

  const look = useCallback((secrets: TtlSecret[]) => {
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

  const dismiss = useCallback(
    ({ id }: TtlSecret) => setDestroyed((shown) => shown.filter((secret) => secret.id !== id)),
    [],
  );
  return { announcement, destroyed, look, dismiss };
}
