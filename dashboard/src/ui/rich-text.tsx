import type { ParseKeys } from "i18next";
import type { ReactElement } from "react";
import { Trans } from "react-i18next";
import { useLanguage } from "../i18n/i18n.ts";

/**
 * A text with elements in it. When it changes, React replaces it as a whole: a browser's translator moves text nodes
 * into `<font>` elements, where React can neither update nor remove them.
 */
export function RichText(props: {
  i18nKey: ParseKeys;
  values?: Record<string, string>;
  /** Elements of the text by their tags. One that changes by itself ignores its children. */
  components: Record<string, ReactElement>;
}) {
  const { i18nKey, values = {}, components } = props;
  const key = JSON.stringify([useLanguage(), i18nKey, values]);
  // TypeScript can't compute the type of `Trans` for all keys at once.
  const text: object = { i18nKey, values, components };
  return (
    <span key={key}>
      <Trans {...text} />
    </span>
  );
}
