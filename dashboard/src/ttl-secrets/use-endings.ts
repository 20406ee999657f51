import { useCallback, useEffect, useRef, useState } from "react";
import { endings, newlyDestroyed, type TtlSecret } from "./ttl-secret.ts";

/**
 * Notices pending secrets that end before the sender's eyes, once each: by the list, or by what the stream tells of one
 * that the list is about to leave out.
 */
export function useEndings(nodes: TtlSecret[] | undefined, told: TtlSecret[]) {
  const pending = useRef(new Map<string, TtlSecret>());
  /** What a screen reader says: the change itself, not the countdown. */
  const [announcement, setAnnouncement] = useState("");
  const [destroyed, setDestroyed] = useState<TtlSecret[]>([]);

  const look = useCallback((secrets: TtlSecret[]) => {
    const before = [...pending.current.values()];
    const news = endings(before, secrets);
    const alerts = newlyDestroyed(before, secrets);
    for (const secret of secrets) {
      if (secret.status === "PENDING") pending.current.set(secret.id, secret);
      else pending.current.delete(secret.id);
    }
    if (news.length > 0) setAnnouncement(news.join(" "));
    if (alerts.length > 0) setDestroyed((shown) => [...alerts, ...shown]);
  }, []);
  useEffect(() => look(nodes ?? []), [nodes, look]);
  useEffect(() => look(told), [told, look]);

  const dismiss = useCallback(
    ({ id }: TtlSecret) => setDestroyed((shown) => shown.filter((secret) => secret.id !== id)),
    [],
  );
  return { announcement, destroyed, dismiss };
}
