import { memo } from "react";
import { Cell, Row, RowHeader } from "../shared/table.tsx";
import { useTicking } from "../shared/ticks.ts";
import { Time } from "../shared/time.tsx";
import { apiKeyStatus } from "./api-key-status.ts";
import { type ApiKey, scopes } from "./api-keys.ts";

/** One API key in the list. */
export const ApiKeyRow = memo(function ApiKeyRow(props: { apiKey: ApiKey; onRevoke: (key: ApiKey) => void }) {
  const { apiKey, onRevoke } = props;
  const status = useTicking("ten-seconds", (now) => apiKeyStatus(apiKey, now));
  const may = scopes.filter(({ value }) => apiKey.scopes.includes(value)).map(({ label }) => label);
  return (
    <Row testId="api-key" className={status === "active" ? undefined : "api-key-ended"}>
      <RowHeader>
        <span className="api-key-name">{apiKey.name}</span>
        <span className="api-key-creator">by {apiKey.createdBy}</span>
      </RowHeader>
      <Cell label="May">{may.join("; ")}</Cell>
      <Cell label="Projects">{projectsText(apiKey.projects)}</Cell>
      <Cell label="Expires">
        {status === "revoked" && apiKey.revokedAt ? (
          <>
            Revoked <Time at={apiKey.revokedAt} />
          </>
        ) : (
          <>
            {status === "expired" ? "Expired " : null}
            <Time at={apiKey.expiresAt} />
          </>
        )}
      </Cell>
      <Cell label="Last used">
        {apiKey.lastUsedAt ? (
          <>
            <Time at={apiKey.lastUsedAt} /> from <code className="api-key-ip">{apiKey.lastUsedIp}</code>
          </>
        ) : (
          "Never"
        )}
      </Cell>
      <Cell className="cell-actions">
        {status === "active" ? (
          <button
            type="button"
            className="button button-small"
            aria-label={`Revoke ${apiKey.name}`}
            onClick={() => onRevoke(apiKey)}
          >
            Revoke
          </button>
        ) : null}
      </Cell>
    </Row>
  );
});

function projectsText(projects: ApiKey["projects"]): string {
  if (projects === null) return "Whole vault";
  return projects.map(({ name }) => name).join(", ") || "None left";
}
