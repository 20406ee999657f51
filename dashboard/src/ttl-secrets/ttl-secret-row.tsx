import { memo, useEffect, useState } from "react";
import type { TtlSecretStatus } from "../gql/graphql.ts";
import { absoluteTime } from "../shared/relative-time.ts";
import { serverNow } from "../shared/server-clock.ts";
import { Cell, Row, RowHeader } from "../shared/table.tsx";
import { Time } from "../shared/time.tsx";
import { endedAt, type TtlSecret } from "./ttl-secret.ts";
import { Countdown, StatusBadge, useStatus } from "./ttl-secret-status.tsx";

/** One TTL secret in the list. Memoised: with thousands of rows only those that changed are drawn again. */
export const TtlSecretRow = memo(function TtlSecretRow(props: {
  secret: TtlSecret;
  onRevoke: (secret: TtlSecret) => void;
  /** The time is up here; the server may not have been asked yet. */
  onTimeUp: () => void;
}) {
  const { secret, onRevoke, onTimeUp } = props;
  const status = useStatus(secret);
  const [firstStatus] = useState(status);
  const timeIsUp = secret.status === "PENDING" && status === "EXPIRED";
  useEffect(() => {
    if (timeIsUp) onTimeUp();
  }, [timeIsUp, onTimeUp]);

  const pending = status === "PENDING";
  const ended = endedAt(secret, serverNow());
  const nameId = `ttl-secret-${secret.id}`;
  return (
    <Row testId="ttl-secret" className={status === firstStatus ? undefined : "row-changed"}>
      <RowHeader>
        <span className="secret-name" id={nameId}>
          {secret.name}
        </span>
      </RowHeader>
      <Cell className="cell-status">
        <StatusBadge secret={secret} />
      </Cell>
      <Cell label="Created">
        <span>
          <Time at={secret.createdAt} />
          {secret.createdBy ? (
            <span className="secret-creator" title={secret.createdBy}>
              {" "}
              by {secret.createdBy}
            </span>
          ) : null}
        </span>
      </Cell>
      <Expires secret={secret} status={status} />
      <Cell label="Ended" className={ended ? undefined : "cell-blank"}>
        {ended ? (
          <Time at={ended} />
        ) : (
          <>
            <span aria-hidden="true">–</span>
            <span className="visually-hidden">Not yet</span>
          </>
        )}
      </Cell>
      <Cell className={pending ? "cell-actions" : "cell-blank"}>
        {pending ? (
          <button
            type="button"
            className="button button-small"
            aria-describedby={nameId}
            onClick={() => onRevoke(secret)}
          >
            Revoke
          </button>
        ) : null}
      </Cell>
    </Row>
  );
});

function Expires({ secret, status }: { secret: TtlSecret; status: TtlSecretStatus }) {
  if (status === "EXPIRED") {
    return (
      <Cell label="Expires">
        <Time at={secret.expiresAt} />
      </Cell>
    );
  }
  // "Expires in 4 minutes" would be untrue of a secret that is gone already.
  if (status !== "PENDING") {
    return (
      <Cell label="Expires" className="cell-blank">
        <span aria-hidden="true">–</span>
        <span className="visually-hidden">No longer</span>
      </Cell>
    );
  }
  return (
    <Cell label="Expires" className="cell-countdown">
      <time dateTime={secret.expiresAt} title={absoluteTime(Date.parse(secret.expiresAt))}>
        in <Countdown until={secret.expiresAt} />
      </time>
    </Cell>
  );
}
