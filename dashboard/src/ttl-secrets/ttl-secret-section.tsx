import { useCallback, useEffect, useRef, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { errorText } from "../shared/error-text.ts";
import { PlusIcon, RingIcon } from "../shared/icons.tsx";
import { LoadFailure } from "../shared/load-failure.tsx";
import { LoadMore } from "../shared/load-more.tsx";
import { Loading } from "../shared/loading.tsx";
import { Notice } from "../shared/notice.tsx";
import { Table } from "../shared/table.tsx";
import { DestroyedAlert } from "./destroyed-alert.tsx";
import { LiveIndicator } from "./live-indicator.tsx";
import { NewSecretMenu } from "./new-secret-menu.tsx";
import { NewTtlSecretDialog } from "./new-ttl-secret-dialog.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import { endings, newlyDestroyed, type TtlSecret } from "./ttl-secret.ts";
import { draftLike } from "./ttl-secret-draft.ts";
import { useTtlSecrets } from "./ttl-secret-list.ts";
import { TtlSecretRow } from "./ttl-secret-row.tsx";

/** The *TTL secrets* section of a project: the list, and what can be done from it. */
export function TtlSecretSection({ projectId }: { projectId: string }) {
  const list = useTtlSecrets(projectId);
  const [creating, setCreating] = useState(false);
  const [again, setAgain] = useState<TtlSecret | null>(null);
  const alerts = useDestroyedAlerts(list.nodes);
  const [revoking, setRevoking] = useState<TtlSecret | null>(null);
  const announcement = useEndingsAnnouncement(list.nodes);
  const create = useCallback(() => {
    setAgain(null);
    setCreating(true);
  }, []);
  const createAgain = (secret: TtlSecret) => {
    alerts.dismiss(secret);
    setAgain(secret);
    setCreating(true);
  };
  const closeCreate = useCallback(() => setCreating(false), []);

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
      {alerts.secrets.map((secret) => (
        <DestroyedAlert
          key={secret.id}
          projectId={projectId}
          secret={secret}
          onCreateAgain={createAgain}
          onDismiss={alerts.dismiss}
        />
      ))}
      {list.nodes ? (
        list.nodes.length === 0 ? (
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
                <TtlSecretRow key={secret.id} secret={secret} onRevoke={setRevoking} onTimeUp={onTimeUp} />
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
      {creating ? (
        <NewTtlSecretDialog
          projectId={projectId}
          initial={again ? draftLike(again) : undefined}
          find={(id) => list.nodes?.find((secret) => secret.id === id)}
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

/** What a screen reader says when a pending secret ends: the change itself, not the countdown. */
function useEndingsAnnouncement(nodes: TtlSecret[] | undefined): string {
  const before = useRef<TtlSecret[]>([]);
  const [announcement, setAnnouncement] = useState("");
  useEffect(() => {
    const news = endings(before.current, nodes ?? []);
    before.current = nodes ?? [];
    if (news.length > 0) setAnnouncement(news.join(" "));
  }, [nodes]);
  return announcement;
}

/** The secrets that an attempt destroyed before the sender's eyes, until they are dismissed. */
function useDestroyedAlerts(nodes: TtlSecret[] | undefined) {
  const before = useRef<TtlSecret[]>([]);
  const [secrets, setSecrets] = useState<TtlSecret[]>([]);
  useEffect(() => {
    const news = newlyDestroyed(before.current, nodes ?? []);
    before.current = nodes ?? [];
    if (news.length > 0) setSecrets((shown) => [...news, ...shown]);
  }, [nodes]);
  const dismiss = ({ id }: TtlSecret) => setSecrets((shown) => shown.filter((secret) => secret.id !== id));
  return { secrets, dismiss };
}
