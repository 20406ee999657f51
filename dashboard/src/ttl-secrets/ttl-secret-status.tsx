import { countdown } from "../ui/duration.ts";
import { AlertIcon, ClockIcon, EyeIcon, RevokedIcon, RingIcon } from "../ui/icons.tsx";
import { useTicking } from "../ui/use-ticking.ts";
import { destroyedText, fractionLeft, statusAt, statusWord, type TtlSecret } from "./ttl-secret.ts";

/** The secret's current status. */
export function useStatus(secret: TtlSecret) {
  return useTicking(secret.status === "PENDING" ? "second" : "still", (now) => statusAt(secret, now));
}

/** Status with icon and label; the label alone is sufficient. */
export function StatusBadge({ secret }: { secret: TtlSecret }) {
  const status = useStatus(secret);
  const reason = destroyedText(secret);
  return (
    <span className={`status status-${status.toLowerCase()}`} title={reason?.long}>
      {status === "PENDING" ? <TtlRing secret={secret} /> : statusIcons[status]}
      <span>
        <span className="status-word">{statusWord(status)}</span>
        {reason ? (
          <>
            {" "}
            <span className="status-reason">{reason.short}</span>
          </>
        ) : null}
      </span>
    </span>
  );
}

/** Remaining time of a pending secret as a ring. */
function TtlRing({ secret }: { secret: TtlSecret }) {
  // In hundredths, so that the ring of a day-long secret doesn't render every second.
  const hundredths = useTicking("second", (now) => Math.ceil(fractionLeft(secret, now) * 100));
  return <RingIcon left={hundredths / 100} />;
}

/** Remaining time of a pending secret as text. */
export function useCountdown(until: string): string {
  const moment = Date.parse(until);
  return useTicking("second", (now) => countdown(moment - now));
}

/** Icon of a status, without a secret's own time. */
export const statusIcons = {
  PENDING: <RingIcon left={0.75} />,
  VIEWED: <EyeIcon />,
  DESTROYED: <AlertIcon />,
  EXPIRED: <ClockIcon />,
  REVOKED: <RevokedIcon />,
};
