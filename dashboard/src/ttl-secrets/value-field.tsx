import { useRef } from "react";
import { t } from "../i18n/i18n.ts";
import { Field } from "../ui/field.tsx";
import { limits, utf8Bytes } from "./ttl-secret-draft.ts";
import { carryEdit, insertText, shownText } from "./value-text.ts";

/** Text area for the value: no spell checking or autofill, line breaks as pasted. */
export function ValueField(props: {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  /** The text after the paste in progress. */
  const pasted = useRef<string | null>(null);
  // Count, and show the count, only near the limit.
  const bytes = props.value.length > limits.valueBytes / 5 ? utf8Bytes(props.value) : 0;
  const nearLimit = bytes > limits.valueBytes * 0.8;
  return (
    <Field
      label={t("ttlSecrets.value")}
      error={props.error}
      hint={
        nearLimit ? t("ttlSecrets.valueBytes", { bytes, max: limits.valueBytes }) : t("ttlSecrets.valueHint")
      }
    >
      {(control) => (
        <textarea
          {...control}
          className="input value-box"
          name="ttl-secret-value"
          rows={4}
          spellCheck={false}
          autoComplete="off"
          autoCorrect="off"
          autoCapitalize="off"
          translate="no"
          data-1p-ignore
          data-lpignore="true"
          value={shownText(props.value)}
          onPaste={(event) => {
            const { selectionStart: start, selectionEnd: end } = event.currentTarget;
            pasted.current = insertText(
              props.value,
              { start, end },
              event.clipboardData.getData("text/plain"),
            );
          }}
          onChange={(event) => {
            const shown = event.target.value;
            const expected = pasted.current;
            pasted.current = null;
            const asPasted = expected !== null && shownText(expected) === shown;
            props.onChange(asPasted ? expected : carryEdit(props.value, shown));
          }}
        />
      )}
    </Field>
  );
}
