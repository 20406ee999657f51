import { memo } from "react";
import { errorText } from "../shared/error-text.ts";
import { LoadFailure } from "../shared/load-failure.tsx";
import { LoadMore } from "../shared/load-more.tsx";
import { Loading } from "../shared/loading.tsx";
import { Notice } from "../shared/notice.tsx";
import { Cell, Row, RowHeader, Table } from "../shared/table.tsx";
import { Time } from "../shared/time.tsx";
import { actionWord } from "./audit-action.ts";
import { type AuditEvent, useAuditEvents } from "./audit-events.ts";

/** The *Audit* page of a project: what happened to its TTL secrets, when, by whom and from where. */
export function AuditSection({ projectId }: { projectId: string }) {
  const list = useAuditEvents(projectId);
  return (
    <section aria-labelledby="audit-heading">
      <div className="section-head">
        <h2 id="audit-heading">Audit</h2>
        <p className="section-note">Append-only. It outlives the secrets.</p>
      </div>
      {list.watchError && list.watchError.code !== "UNREACHABLE" ? (
        <Notice tone="warn">This list may be out of date. {errorText(list.watchError)}</Notice>
      ) : null}
      {list.nodes ? (
        list.nodes.length === 0 ? (
          <div className="empty">
            <h3>Nothing has happened yet</h3>
            <p>Every TTL secret that is created, viewed, attempted or revoked leaves a line here.</p>
          </div>
        ) : (
          <>
            <Table
              label="Audit events"
              className="audit-table"
              columns={["Time", "Action", "TTL secret", "Actor", "Source IP"]}
            >
              {list.nodes.map((event) => (
                <AuditRow key={event.id} event={event} />
              ))}
            </Table>
            <LoadMore {...list} />
          </>
        )
      ) : list.error ? (
        <LoadFailure error={list.error} retry={list.retry} />
      ) : (
        <Loading />
      )}
    </section>
  );
}

const AuditRow = memo(function AuditRow({ event }: { event: AuditEvent }) {
  return (
    <Row testId="audit-event">
      <RowHeader>
        <Time at={event.at} />
      </RowHeader>
      <Cell>
        <span className={`action action-${event.action}`} title={event.action}>
          {actionWord(event.action)}
        </span>
      </Cell>
      <Cell label="TTL secret">
        <span className="secret-name">{event.ttlSecretName ?? "(not recorded)"}</span>
      </Cell>
      <Cell label="Actor">
        <span className="audit-actor">{event.actor ?? "Recipient, no account"}</span>
      </Cell>
      <Cell label="Source IP">
        <code className="audit-ip">{event.sourceIp}</code>
      </Cell>
    </Row>
  );
});
