import { useCallback, useEffect, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { t } from "../i18n/i18n.ts";
import { errorText } from "../shared/error-text.ts";
import { takeFirstSecret } from "../shared/first-secret.ts";
import { PlusIcon, RingIcon } from "../shared/icons.tsx";
import { LoadFailure } from "../shared/load-failure.tsx";
import { LoadMore } from "../shared/load-more.tsx";
import { Loading } from "../shared/loading.tsx";
import { Notice } from "../shared/notice.tsx";
import { Table } from "../shared/table.tsx";
import { DestroyedAlert } from "./destroyed-alert.tsx";
import { ListControls } from "./list-controls.tsx";
import { isFiltered, type ListView, readView, writeView } from "./list-view.ts";
import { LiveIndicator } from "./live-indicator.tsx";
import { NewSecretMenu } from "./new-secret-menu.tsx";
import { NewTtlSecretDialog } from "./new-ttl-secret-dialog.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import type { TtlSecret } from "./ttl-secret.ts";
import { draftLike } from "./ttl-secret-draft.ts";
import { useTtlSecrets } from "./ttl-secret-list.ts";
import { TtlSecretRow } from "./ttl-secret-row.tsx";
import { useEndings } from "./use-endings.ts";

/** The *TTL secrets* section of a project: the list, and what can be done from it. */
export function TtlSecretSection({ projectId }: { projectId: string }) {
  const [query, setQuery] = useSearchParams();
  const view = readView(query);
  const filtered = isFiltered(view);
  const changeView = (changes: Partial<ListView>) =>
    setQuery((before) => writeView({ ...readView(before), ...changes }), { replace: true });
  const [told, setTold] = useState<TtlSecret[]>([]);
  const list = useTtlSecrets(projectId, view, (secret) => setTold([secret]));
  const [creating, setCreating] = useState(false);
  const [again, setAgain] = useState<TtlSecret | null>(null);
  const { announcement, destroyed, dismiss } = useEndings(list.nodes, told);
  const [revoking, setRevoking] = useState<TtlSecret | null>(null);
  const create = useCallback(() => {
    setAgain(null);
    setCreating(true);
  }, []);
  const createAgain = useCallback(
    (secret: TtlSecret) => {
      dismiss(secret);
      setAgain(secret);
      setCreating(true);
    },
    [dismiss],
  );
  const closeCreate = useCallback(() => setCreating(false), []);
  useEffect(() => {
    if (takeFirstSecret()) create();
  }, [create]);

  // Rows are memoised, so what they call must stay the same function.
  const { refresh } = list;
  const latestRefresh = useRef(refresh);
  useEffect(() => {
    latestRefresh.current = refresh;
  });
  const onTimeUp = useCallback(() => latestRefresh.current(), []);

  return (
    <section className="secrets" aria-labelledby="ttl-secrets-heading">
      <div className="section-head">
        <h2 id="ttl-secrets-heading">{t("ttlSecrets.heading")}</h2>
        <LiveIndicator liveness={list.liveness} />
        <NewSecretMenu onTtlSecret={create} />
      </div>
      <p className="visually-hidden" role="status">
        {announcement}
      </p>
      {list.watchError && list.watchError.code !== "UNREACHABLE" ? (
        <Notice tone="warn">{t("common.outOfDate", { why: errorText(list.watchError) })}</Notice>
      ) : null}
      {destroyed.map((secret) => (
        <DestroyedAlert
          key={secret.id}
          projectId={projectId}
          secret={secret}
          onCreateAgain={createAgain}
          onDismiss={dismiss}
        />
      ))}
      {list.nodes && (list.nodes.length > 0 || filtered || list.hasMore) ? (
        <ListControls view={view} onChange={changeView} />
      ) : null}
      <p className="visually-hidden" role="status">
        {list.nodes && filtered ? t("ttlSecrets.found", { count: list.nodes.length }) : ""}
      </p>
      {list.nodes ? (
        list.nodes.length === 0 && filtered ? (
          <div className="empty" data-testid="nothing-found">
            <h3>{t(list.hasMore ? "ttlSecrets.nothingYet" : "ttlSecrets.nothing")}</h3>
            <p>{t(list.hasMore ? "ttlSecrets.nothingYetText" : "ttlSecrets.nothingText")}</p>
            <LoadMore {...list} label={t("ttlSecrets.searchOn")} />
            <button type="button" className="button" onClick={() => changeView({ statuses: [], search: "" })}>
              {t("ttlSecrets.showAll")}
            </button>
          </div>
        ) : list.nodes.length === 0 ? (
          <div className="empty">
            <RingIcon left={0.75} />
            <h3>{t("ttlSecrets.empty")}</h3>
            <p>{t("ttlSecrets.emptyText")}</p>
            <button type="button" className="button" onClick={create}>
              <PlusIcon />
              {t("ttlSecrets.create")}
            </button>
          </div>
        ) : (
          <>
            <Table
              label={t("ttlSecrets.heading")}
              className="secret-table"
              columns={[
                t("common.name"),
                t("ttlSecrets.status"),
                t("ttlSecrets.created"),
                t("ttlSecrets.expires"),
                t("ttlSecrets.ended"),
                t("ttlSecrets.actions"),
              ]}
            >
              {list.nodes.map((secret) => (
                <TtlSecretRow
                  key={secret.id}
                  secret={secret}
                  onRevoke={setRevoking}
                  onCreateAgain={createAgain}
                  onTimeUp={onTimeUp}
                />
              ))}
            </Table>
            <LoadMore {...list} label={filtered ? t("ttlSecrets.searchOn") : undefined} />
          </>
        )
      ) : list.error ? (
        <LoadFailure error={list.error} retry={list.retry} />
      ) : (
        <Loading />
      )}
      {creating ? (
        <NewTtlSecretDialog
          projectId={projectId}
          initial={again ? draftLike(again) : undefined}
          onCreated={refresh}
          onClose={closeCreate}
        />
      ) : null}
      {revoking ? (
        <RevokeDialog projectId={projectId} secret={revoking} onClose={() => setRevoking(null)} />
      ) : null}
    </section>
  );
}
