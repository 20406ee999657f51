import { memo, useEffect, useState } from "react";
import { serverNow } from "../api/server-clock.ts";
import type { TtlSecretStatus } from "../gql/graphql.ts";
import { t, useLanguage } from "../i18n/i18n.ts";
import { absoluteTime } from "../ui/relative-time.ts";
import { Cell, Row, RowHeader } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { endedAt, type TtlSecret } from "./ttl-secret.ts";
import { StatusBadge, useCountdown, useStatus } from "./ttl-secret-status.tsx";

/** Row of one TTL secret. Memoised: of thousands of rows only changed ones render again. */
export const TtlSecretRow = memo(function TtlSecretRow(props: {
  secret: TtlSecret;
  onRevoke: (secret: TtlSecret) => void;
  onCreateAgain: (secret: TtlSecret) => void;
  /** The TTL has passed locally; the server may not have confirmed yet. */
  onTimeUp: () => void;
}) {
  useLanguage();
  const { secret, onRevoke, onCreateAgain, onTimeUp } = props;
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
        <span className="secret-name" id={nameId} translate="no">
          {secret.name}
        </span>
      </RowHeader>
      <Cell className="cell-status">
        <StatusBadge secret={secret} />
      </Cell>
      <Cell label={t("ttlSecrets.created")}>
        <Time at={secret.createdAt} />
        {secret.createdBy ? (
          <>
            {" "}
            <span className="secret-creator" title={secret.createdBy}>
              {t("ttlSecrets.createdBy", { name: secret.createdBy })}
            </span>
          </>
        ) : null}
      </Cell>
      <Expires secret={secret} status={status} />
      <Cell label={t("ttlSecrets.ended")} className={ended ? undefined : "cell-blank"}>
        {ended ? (
          <Time at={ended} />
        ) : (
          <>
            <span aria-hidden="true">–</span>
            <span className="visually-hidden">{t("ttlSecrets.notYet")}</span>
          </>
        )}
      </Cell>
      <Cell className="cell-actions">
        <button
          type="button"
          className={pending ? "button button-small" : "button button-small button-quiet"}
          aria-describedby={nameId}
          onClick={() => (pending ? onRevoke : onCreateAgain)(secret)}
        >
          {t(pending ? "common.revoke" : "ttlSecrets.createAgain")}
        </button>
      </Cell>
    </Row>
  );
});

function Expires({ secret, status }: { secret: TtlSecret; status: TtlSecretStatus }) {
  if (status === "EXPIRED") {
    return (
      <Cell label={t("ttlSecrets.expires")}>
        <Time at={secret.expiresAt} />
      </Cell>
    );
  }
  // A secret that has already ended no longer expires.
  if (status !== "PENDING") {
    return (
      <Cell label={t("ttlSecrets.expires")} className="cell-blank">
        <span aria-hidden="true">–</span>
        <span className="visually-hidden">{t("ttlSecrets.noLonger")}</span>
      </Cell>
    );
  }
  return (
    <Cell label={t("ttlSecrets.expires")} className="cell-countdown">
      <Left until={secret.expiresAt} />
    </Cell>
  );
}

/** Not translated by the browser: it changes every second. */
function Left({ until }: { until: string }) {
  const time = useCountdown(until);
  return (
    <time dateTime={until} title={absoluteTime(Date.parse(until))} translate="no">
      {t("ttlSecrets.expiresIn", { time })}
    </time>
  );
}
