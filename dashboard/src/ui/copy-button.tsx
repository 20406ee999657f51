import { type RefObject, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { CopyIcon, TickIcon } from "./icons.tsx";

/** What is copied, and what the button says before and after. */
export interface CopyButtonProps {
  label: string;
  copiedLabel: string;
  /** Said by screen readers when it worked. */
  announcement: string;
  text: string;
  /** The element that shows the text: selected when the clipboard is refused. */
  source: RefObject<HTMLElement | null>;
  copied: boolean;
  onCopied: () => void;
}

/**
 * Copies a text. Where the browser refuses the clipboard it selects the text and says which keys to press.
 */
export function CopyButton(props: CopyButtonProps) {
  const [refused, setRefused] = useState(false);

  async function copy() {
    try {
      await navigator.clipboard.writeText(props.text);
      setRefused(false);
      props.onCopied();
    } catch {
      // No clipboard without https, and some browsers ask for a permission that may be denied.
      const source = props.source.current;
      const closed = source?.closest<HTMLDetailsElement>("details:not([open])");
      if (closed) closed.open = true;
      if (source) window.getSelection()?.selectAllChildren(source);
      setRefused(true);
    }
  }

  return (
    <>
      <button
        type="button"
        className={props.copied ? "button copy-button is-copied" : "button copy-button"}
        onClick={() => void copy()}
      >
        {props.copied ? <TickIcon /> : <CopyIcon />}
        {/* Both texts take up their place, so that nothing moves when one gives way to the other. */}
        <span className="either-text">
          <span aria-hidden={props.copied}>{props.label}</span>
          <span aria-hidden={!props.copied}>{props.copiedLabel}</span>
        </span>
      </button>
      <span className="visually-hidden" role="status">
        {props.copied ? props.announcement : ""}
      </span>
      <span className="copy-refused" role="status">
        {refused && !props.copied ? t("common.copyRefused") : ""}
      </span>
    </>
  );
}
