import { useCallback, useEffect, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { t } from "../i18n/i18n.ts";
import { takeFirstSecret } from "../page/first-secret.ts";
import { PlusIcon, RingIcon } from "../ui/icons.tsx";
import { ListFrame } from "../ui/list-frame.tsx";
import { LoadMore } from "../ui/load-more.tsx";
import { Table } from "../ui/table.tsx";
import { DestroyedAlert } from "./destroyed-alert.tsx";
import { ListControls } from "./list-controls.tsx";
import { isFiltered, type ListView, readView, writeView } from "./list-view.ts";
import { LiveIndicator } from "./live-indicator.tsx";
import { NewTtlSecretDialog } from "./new-ttl-secret-dialog.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import type { TtlSecret } from "./ttl-secret.ts";
import { draftLike } from "./ttl-secret-draft.ts";
import { useTtlSecrets } from "./ttl-secret-list.ts";
import { TtlSecretRow } from "./ttl-secret-row.tsx";
import { useEndings } from "./use-endings.ts";

/** The *TTL secrets* section of a project: the list and its actions. */
export function TtlSecretSection({ projectId, viewerId }: { projectId: string; viewerId: string }) {
  const [query, setQuery] = useSearchParams();
  const view = readView(query);
  const filtered = isFiltered(view);
  const changeView = (changes: Partial<ListView>, how: { replace: boolean }) =>
    setQuery((before) => writeView({ ...readView(before), ...changes }), how);
  const { announcement, destroyed, observe, dismiss } = useEndings();
  const list = useTtlSecrets({ projectId, viewerId }, view, (secret) => observe([secret]));
  useEffect(() => observe(list.nodes ?? []), [list.nodes, observe]);
  // No list controls in an empty project.
  const isEmpty = list.nodes?.length === 0 && !filtered && !list.hasMore;

  /** What the open dialog starts from: an empty draft, or a secret that ended. */
  const [creating, setCreating] = useState<"new" | TtlSecret | null>(null);
  const [revoking, setRevoking] = useState<TtlSecret | null>(null);
  const create = useCallback(() => setCreating("new"), []);
  const createAgain = useCallback(
    (secret: TtlSecret) => {
      dismiss(secret);
      setHandedOff(null);
      setCreating(secret);
    },
    [dismiss],
  );
  const heading = useRef<HTMLHeadingElement>(null);
  const dismissAlert = (secret: TtlSecret) => {
    dismiss(secret);
    // The pressed button disappears with its alert.
    heading.current?.focus();
  };
  /** Id of the secret whose hand-off is open; the dialog itself reports its end. */
  const [handedOff, setHandedOff] = useState<string | null>(null);
  const closeCreate = useCallback(() => {
    setCreating(null);
    setHandedOff(null);
  }, []);
  useEffect(() => {
    if (takeFirstSecret()) create();
  }, [create]);

  // Rows are memoised, so their callbacks must be stable.
  const { refresh } = list;
  const latestRefresh = useRef(refresh);
  useEffect(() => {
    latestRefresh.current = refresh;
  });
  const onTimeUp = useCallback(() => latestRefresh.current(), []);

  return (
    <section className="secrets" aria-labelledby="ttl-secrets-heading">
      <div className="section-head">
        <h2 id="ttl-secrets-heading" ref={heading} tabIndex={-1}>
          {t("ttlSecrets.heading")}
        </h2>
        <LiveIndicator liveness={list.liveness} />
        <button type="button" className="button button-primary" onClick={create}>
          <PlusIcon />
          <span>{t("ttlSecrets.new")}</span>
        </button>
      </div>
      <p className="visually-hidden" role="status">
        {announcement}
      </p>
      {destroyed.map((secret) =>
        secret.id === handedOff ? null : (
          <DestroyedAlert
            key={secret.id}
            secret={secret}
            onCreateAgain={createAgain}
            onDismiss={dismissAlert}
          />
        ),
      )}
      {isEmpty || !(list.nodes || list.error) ? null : <ListControls view={view} onChange={changeView} />}
      <p className="visually-hidden" role="status" data-testid="found">
        {list.nodes && filtered && !list.isChanging
          ? t("ttlSecrets.found", { count: list.nodes.length })
          : ""}
      </p>
      <ListFrame
        list={list}
        moreLabel={filtered ? t("ttlSecrets.searchOn") : undefined}
        empty={
          isEmpty ? (
            <div className="empty">
              <RingIcon left={0.75} />
              <h3>{t("ttlSecrets.empty")}</h3>
              <p>{t("ttlSecrets.emptyText")}</p>
              <button type="button" className="button" onClick={create}>
                <PlusIcon />
                <span>{t("ttlSecrets.create")}</span>
              </button>
            </div>
          ) : (
            <div className="empty" data-testid="nothing-found">
              <h3>{t(list.hasMore ? "ttlSecrets.nothingYet" : "ttlSecrets.nothing")}</h3>
              <p>{t(list.hasMore ? "ttlSecrets.nothingYetText" : "ttlSecrets.nothingText")}</p>
              <LoadMore {...list} label={t("ttlSecrets.searchOn")} />
            </div>
          )
        }
      >
        {(secrets) => (
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
            {secrets.map((secret) => (
              <TtlSecretRow
                key={secret.id}
                secret={secret}
                onRevoke={setRevoking}
                onCreateAgain={createAgain}
                onTimeUp={onTimeUp}
              />
            ))}
          </Table>
        )}
      </ListFrame>
      {creating ? (
        <NewTtlSecretDialog
          // A different start is a new dialog.
          key={creating === "new" ? creating : creating.id}
          projectId={projectId}
          initial={creating === "new" ? undefined : draftLike(creating)}
          isLive={list.liveness === "live"}
          onCreated={({ id }) => {
            setHandedOff(id);
            refresh();
          }}
          onOutcome={dismiss}
          onCreateAgain={createAgain}
          onClose={closeCreate}
        />
      ) : null}
      {revoking ? (
        <RevokeDialog projectId={projectId} secret={revoking} onClose={() => setRevoking(null)} />
      ) : null}
    </section>
  );
}
