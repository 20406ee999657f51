import { t } from "../i18n/i18n.ts";

/** What a TTL secret is for, and what serves better in other cases. Closed until asked for. */
export function WhenToUse() {
  return (
    <details className="when-to-use">
      <summary>{t("ttlSecrets.whenToUse.title")}</summary>
      <p>{t("ttlSecrets.whenToUse.use")}</p>
      <ul>
        <li>{t("ttlSecrets.whenToUse.several")}</li>
        <li>{t("ttlSecrets.whenToUse.machines")}</li>
        <li>{t("ttlSecrets.whenToUse.lasting")}</li>
      </ul>
    </details>
  );
}
