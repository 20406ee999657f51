import { useCallback, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { usePageTitle } from "../page/title.ts";
import { PlusIcon } from "../ui/icons.tsx";
import { ListFrame } from "../ui/list-frame.tsx";
import { Table } from "../ui/table.tsx";
import { ApiKeyRow } from "./api-key-row.tsx";
import { type ApiKey, useApiKeys } from "./api-keys.ts";
import { NewApiKeyDialog } from "./new-api-key-dialog.tsx";
import { RevokeApiKeyDialog } from "./revoke-api-key-dialog.tsx";

/** Page `/api-keys`: the vault's API keys. Owners only. */
export function ApiKeysPage() {
  usePageTitle(t("apiKeys.title"));
  const list = useApiKeys();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const create = () => setCreating(true);
  const closeCreate = useCallback(() => setCreating(false), []);
  const empty = list.nodes?.length === 0;

  return (
    <>
      <div className="page-head">
        <h1>{t("apiKeys.title")}</h1>
        {list.nodes && !empty ? (
          <button type="button" className="button button-primary" onClick={create}>
            <PlusIcon />
            <span>{t("apiKeys.new")}</span>
          </button>
        ) : null}
      </div>
      <p className="section-note api-keys-note">{t("apiKeys.note")}</p>
      <ListFrame
        list={list}
        empty={
          <div className="empty">
            <h2>{t("apiKeys.empty")}</h2>
            <p>{t("apiKeys.emptyText")}</p>
            <button type="button" className="button button-primary" onClick={create}>
              <PlusIcon />
              <span>{t("apiKeys.new")}</span>
            </button>
          </div>
        }
      >
        {(keys) => (
          <Table
            label={t("apiKeys.title")}
            className="api-key-table"
            columns={[
              t("common.name"),
              t("apiKeys.permissions"),
              t("projects.heading"),
              t("ttlSecrets.expires"),
              t("apiKeys.lastUsed"),
              t("ttlSecrets.actions"),
            ]}
          >
            {keys.map((key) => (
              <ApiKeyRow key={key.id} apiKey={key} onRevoke={setRevoking} />
            ))}
          </Table>
        )}
      </ListFrame>
      {creating ? <NewApiKeyDialog onCreated={list.refresh} onClose={closeCreate} /> : null}
      {revoking ? <RevokeApiKeyDialog apiKey={revoking} onClose={() => setRevoking(null)} /> : null}
    </>
  );
}
