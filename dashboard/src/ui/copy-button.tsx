import { type RefObject, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { CopyIcon, TickIcon } from "./icons.tsx";

/** Text to copy, and the labels before and after. */
export interface CopyButtonProps {
  label: string;
  copiedLabel: string;
  /** Announcement for screen readers on success. */
  announcement: string;
  text: string;
  /** Element that shows the text; selected if clipboard access is denied. */
  source: RefObject<HTMLElement | null>;
  copied: boolean;
  onCopied: () => void;
}

/**
 * Button that copies a text. If the browser denies clipboard access, it selects the text and names the keys to press.
 */
export function CopyButton(props: CopyButtonProps) {
  const [refused, setRefused] = useState(false);

  async function copy() {
    try {
      await navigator.clipboard.writeText(props.text);
      setRefused(false);
      props.onCopied();
    } catch {
      // There is no clipboard API without https, and some browsers ask for a permission that may be denied.
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
        {/* Both labels keep their space, so that nothing moves when they alternate. */}
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
