import { memo, useId, useState } from "react";
import { useSearchParams } from "wouter";
import type { ApiError } from "../api/api-error.ts";
import { t, useLanguage } from "../i18n/i18n.ts";
import { errorText } from "../ui/error-text.ts";
import { DownIcon } from "../ui/icons.tsx";
import { ListFrame } from "../ui/list-frame.tsx";
import { Notice } from "../ui/notice.tsx";
import { Cell, Row, RowHeader, Table } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { actionWord, reasonWord } from "./audit-action.ts";
import { type AuditEvent, useAuditEvents } from "./audit-events.ts";
import { AuditExportMenu } from "./audit-export-menu.tsx";
import { readFilter, writeFilter } from "./audit-filter.ts";
import { AuditFilterForm } from "./audit-filter-form.tsx";

/** The *Audit* section of a project: what happened to its TTL secrets, when, by whom and from where. */
export function AuditSection({ projectId }: { projectId: string }) {
  const [search, setSearch] = useSearchParams();
  const filter = readFilter(search);
  const isFiltered = writeFilter(filter).size > 0;
  const [filtering, setFiltering] = useState(isFiltered);
  const filterId = useId();
  const list = useAuditEvents(projectId, filter);
  const [exportError, setExportError] = useState<ApiError | null>(null);
  return (
    <section aria-labelledby="audit-heading">
      <div className="section-head">
        <h2 id="audit-heading">{t("audit.heading")}</h2>
        <p className="section-note">{t("audit.note")}</p>
        <div className="audit-tools">
          <button
            type="button"
            className="button"
            aria-expanded={filtering}
            aria-controls={filtering ? filterId : undefined}
            onClick={() => setFiltering(!filtering)}
          >
            <span>{t("audit.filter")}</span>
            <DownIcon />
          </button>
          <AuditExportMenu projectId={projectId} filter={filter} onFailure={setExportError} />
        </div>
      </div>
      {exportError ? <Notice>{t("audit.notExported", { why: errorText(exportError) })}</Notice> : null}
      {filtering ? (
        <AuditFilterForm id={filterId} filter={filter} onFilter={(next) => setSearch(writeFilter(next))} />
      ) : null}
      <ListFrame
        list={list}
        empty={
          <div className="empty">
            <h3>{t(isFiltered ? "audit.noMatch" : "audit.empty")}</h3>
            <p>{t(isFiltered ? "audit.noMatchText" : "audit.emptyText")}</p>
          </div>
        }
      >
        {(events) => (
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
            {events.map((event) => (
              <AuditRow key={event.id} event={event} />
            ))}
          </Table>
        )}
      </ListFrame>
    </section>
  );
}

/** The address of an event without a request, such as the destruction of secrets after a failover. */
const NO_ADDRESS = "0.0.0.0";

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
        {event.reason ? <span className="audit-reason">{reasonWord(event.reason)}</span> : null}
      </Cell>
      <Cell label={t("ttlSecrets.kind")}>
        <span className="secret-name" translate="no">
          {event.ttlSecretName ?? t("audit.noName")}
        </span>
      </Cell>
      <Cell label={t("audit.actor")}>
        <span className="audit-actor">{event.actor ?? t("audit.noActor")}</span>
      </Cell>
      <Cell label={t("audit.sourceIp")}>
        {event.sourceIp === NO_ADDRESS ? (
          t("audit.noAddress")
        ) : (
          <code className="audit-ip" translate="no">
            {event.sourceIp}
          </code>
        )}
      </Cell>
    </Row>
  );
});
