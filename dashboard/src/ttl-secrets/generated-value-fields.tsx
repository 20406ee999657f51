import type { SecretCharset } from "../gql/graphql.ts";
import { t } from "../i18n/i18n.ts";
import { Field } from "../ui/field.tsx";
import { charsets, type DraftErrors, limits, type TtlSecretDraft } from "./ttl-secret-draft.ts";

/** Character set and length of a generated value. A UUID has a fixed length, so that field is hidden. */
export function GeneratedValueFields(props: {
  draft: TtlSecretDraft;
  errors: DraftErrors;
  onChange: (changes: Partial<TtlSecretDraft>) => void;
}) {
  const { draft, errors, onChange } = props;
  return (
    <div className="generated">
      <div className="field-row">
        <Field label={t("ttlSecrets.charset")} error={errors.charset}>
          {(control) => (
            <select
              {...control}
              className="input"
              value={draft.charset}
              onChange={(event) => onChange({ charset: event.target.value as SecretCharset })}
            >
              {charsets.map((charset) => (
                <option key={charset.value} value={charset.value}>
                  {t(charset.label)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {draft.charset === "UUID" ? null : (
          <Field label={t("ttlSecrets.length")} error={errors.length}>
            {(control) => (
              <input
                {...control}
                className="input input-number"
                type="number"
                inputMode="numeric"
                min={limits.length.min}
                max={limits.length.max}
                step={1}
                value={draft.length}
                onChange={(event) => onChange({ length: event.target.value })}
              />
            )}
          </Field>
        )}
      </div>
      <p className="field-hint">{t("ttlSecrets.generateHint")}</p>
    </div>
  );
}
