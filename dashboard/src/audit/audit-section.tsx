import { memo } from "react";
import { t, useLanguage } from "../i18n/i18n.ts";
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
        <h2 id="audit-heading">{t("audit.heading")}</h2>
        <p className="section-note">{t("audit.note")}</p>
      </div>
      {list.watchError && list.watchError.code !== "UNREACHABLE" ? (
        <Notice tone="warn">{t("common.outOfDate", { why: errorText(list.watchError) })}</Notice>
      ) : null}
      {list.nodes ? (
        list.nodes.length === 0 ? (
          <div className="empty">
            <h3>{t("audit.empty")}</h3>
            <p>{t("audit.emptyText")}</p>
          </div>
        ) : (
          <>
            <Table
              label={t("audit.events")}
              className="audit-table"
              columns={[
                t("audit.time"),
                t("audit.action"),
                t("ttlSecrets.kind"),
                t("audit.actor"),
                t("audit.sourceIp"),
              ]}
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
  useLanguage();
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
      <Cell label={t("ttlSecrets.kind")}>
        <span className="secret-name">{event.ttlSecretName ?? t("audit.noName")}</span>
      </Cell>
      <Cell label={t("audit.actor")}>
        <span className="audit-actor">{event.actor ?? t("audit.noActor")}</span>
      </Cell>
      <Cell label={t("audit.sourceIp")}>
        <code className="audit-ip">{event.sourceIp}</code>
      </Cell>
    </Row>
  );
});
