import { memo } from "react";
import { t, useLanguage } from "../i18n/i18n.ts";
import { RichText } from "../ui/rich-text.tsx";
import { Cell, Row, RowHeader } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { useTicking } from "../ui/use-ticking.ts";
import { apiKeyStatus } from "./api-key-status.ts";
import { type ApiKey, scopes } from "./api-keys.ts";

/** Row of one API key. */
export const ApiKeyRow = memo(function ApiKeyRow(props: { apiKey: ApiKey; onRevoke: (key: ApiKey) => void }) {
  useLanguage();
  const { apiKey, onRevoke } = props;
  const status = useTicking("ten-seconds", (now) => apiKeyStatus(apiKey, now));
  const may = scopes.filter(({ value }) => apiKey.scopes.includes(value)).map(({ label }) => t(label));
  return (
    <Row testId="api-key" className={status === "active" ? undefined : "api-key-ended"}>
      <RowHeader>
        <span className="api-key-name" translate="no">
          {apiKey.name}
        </span>
        <span className="api-key-creator">{t("apiKeys.createdBy", { name: apiKey.createdBy })}</span>
      </RowHeader>
      <Cell label={t("apiKeys.permissions")}>{may.join("; ")}</Cell>
      <Cell label={t("projects.heading")}>{projectsText(apiKey.projects)}</Cell>
      <Cell label={t("ttlSecrets.expires")}>
        {status === "revoked" && apiKey.revokedAt ? (
          <RichText i18nKey="apiKeys.revoked" components={{ time: <Time at={apiKey.revokedAt} /> }} />
        ) : status === "expired" ? (
          <RichText i18nKey="apiKeys.expired" components={{ time: <Time at={apiKey.expiresAt} /> }} />
        ) : (
          <Time at={apiKey.expiresAt} />
        )}
      </Cell>
      <Cell label={t("apiKeys.lastUsed")}>
        {apiKey.lastUsedAt ? (
          <RichText
            i18nKey="apiKeys.used"
            values={{ address: apiKey.lastUsedIp ?? "" }}
            components={{
              time: <Time at={apiKey.lastUsedAt} />,
              address: <code className="api-key-ip" translate="no" />,
            }}
          />
        ) : (
          t("apiKeys.never")
        )}
      </Cell>
      <Cell className="cell-actions">
        {status === "active" ? (
          <button
            type="button"
            className="button button-small"
            aria-label={t("apiKeys.revokeNamed", { name: apiKey.name })}
            onClick={() => onRevoke(apiKey)}
          >
            {t("common.revoke")}
          </button>
        ) : null}
      </Cell>
    </Row>
  );
});

function projectsText(projects: ApiKey["projects"]): string {
  if (projects === null) return t("apiKeys.wholeVault");
  return projects.map(({ name }) => name).join(", ") || t("apiKeys.noneLeft");
}
