import { useCallback, useState } from "react";
import { errorText } from "../shared/error-text.ts";
import { PlusIcon } from "../shared/icons.tsx";
import { LoadFailure } from "../shared/load-failure.tsx";
import { LoadMore } from "../shared/load-more.tsx";
import { Loading } from "../shared/loading.tsx";
import { Notice } from "../shared/notice.tsx";
import { usePageTitle } from "../shared/page-title.ts";
import { Table } from "../shared/table.tsx";
import { ApiKeyRow } from "./api-key-row.tsx";
import { type ApiKey, useApiKeys } from "./api-keys.ts";
import { NewApiKeyDialog } from "./new-api-key-dialog.tsx";
import { RevokeApiKeyDialog } from "./revoke-api-key-dialog.tsx";

/** `/api-keys`: the vault's API keys, for its owners. */
export function ApiKeysPage() {
  usePageTitle("API keys");
  const list = useApiKeys();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const create = () => setCreating(true);
  const closeCreate = useCallback(() => setCreating(false), []);
  const empty = list.nodes?.length === 0;

  return (
    <>
      <div className="page-head">
        <h1>API keys</h1>
        {list.nodes && !empty ? (
          <button type="button" className="button button-primary" onClick={create}>
            <PlusIcon />
            New API key
          </button>
        ) : null}
      </div>
      <p className="section-note api-keys-note">
        Programs use an API key to create and list TTL secrets. A key can never reveal one.
      </p>
      {list.watchError && list.watchError.code !== "UNREACHABLE" ? (
        <Notice tone="warn">This list may be out of date. {errorText(list.watchError)}</Notice>
      ) : null}
      {list.nodes ? (
        empty ? (
          <div className="empty">
            <h2>No API keys yet</h2>
            <p>
              A key belongs on a server of yours, not in a web page or an app: whoever has it acts for this
              vault.
            </p>
            <button type="button" className="button button-primary" onClick={create}>
              <PlusIcon />
              New API key
            </button>
          </div>
        ) : (
          <>
            <Table
              label="API keys"
              className="api-key-table"
              columns={["Name", "May", "Projects", "Expires", "Last used", "Actions"]}
            >
              {list.nodes.map((key) => (
                <ApiKeyRow key={key.id} apiKey={key} onRevoke={setRevoking} />
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
      {creating ? <NewApiKeyDialog onCreated={list.refresh} onClose={closeCreate} /> : null}
      {revoking ? <RevokeApiKeyDialog apiKey={revoking} onClose={() => setRevoking(null)} /> : null}
    </>
  );
}
