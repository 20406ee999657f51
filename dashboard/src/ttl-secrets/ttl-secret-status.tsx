import { t } from "../i18n/i18n.ts";
import { countdown } from "../ui/duration.ts";
import { AlertIcon, ClockIcon, EyeIcon, RingIcon, TakenBackIcon } from "../ui/icons.tsx";
import { useTicking } from "../ui/use-ticking.ts";
import { destroyedWords, fractionLeft, statusAt, statusWord, type TtlSecret } from "./ttl-secret.ts";

/** The status of a secret as of this second. */
export function useStatus(secret: TtlSecret) {
  return useTicking(secret.status === "PENDING" ? "second" : "still", (now) => statusAt(secret, now));
}

/** Status with icon and words; the words alone say it all. */
export function StatusBadge({ secret }: { secret: TtlSecret }) {
  const status = useStatus(secret);
  const reason = secret.destroyedReason ? destroyedWords[secret.destroyedReason] : null;
  return (
    <span className={`status status-${status.toLowerCase()}`} title={reason ? t(reason.long) : undefined}>
      {status === "PENDING" ? <TtlRing secret={secret} /> : statusIcons[status]}
      <span>
        <span className="status-word">{statusWord(status)}</span>
        {reason ? <span className="status-reason"> {t(reason.short)}</span> : null}
      </span>
    </span>
  );
}

/** What is left of a pending secret's time, as a ring. */
function TtlRing({ secret }: { secret: TtlSecret }) {
  // In hundredths, so that a day-long ring does not draw itself anew every second.
  const hundredths = useTicking("second", (now) => Math.ceil(fractionLeft(secret, now) * 100));
  return <RingIcon left={hundredths / 100} />;
}

/** What is left of a pending secret's time, in words. */
export function useCountdown(until: string): string {
  const moment = Date.parse(until);
  return useTicking("second", (now) => countdown(moment - now));
}

/** A status as a picture, without a secret's own time. */
export const statusIcons = {
  PENDING: <RingIcon left={0.75} />,
  VIEWED: <EyeIcon />,
  DESTROYED: <AlertIcon />,
  EXPIRED: <ClockIcon />,
  REVOKED: <TakenBackIcon />,
};
