import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { t } from "../i18n/i18n.ts";
import { CloseIcon } from "./icons.tsx";

/** Properties of a dialog. */
export interface DialogProps {
  title: string;
  /** Called on Escape, the back gesture and the close button; the opener decides. */
  onCloseRequest: () => void;
  width?: "wide" | "widest";
  children: ReactNode;
}

/**
 * A modal native `<dialog>`, open while mounted. Focuses the element marked `data-initial-focus`, and returns focus
 * to the opener on unmount.
 */
export function Dialog({ title, onCloseRequest, width, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-initial-focus]")?.focus();
    return () => {
      // Closing before React removes the element returns focus to the opener.
      element?.close();
      // The opener may be gone too (a deleted project has no page); then the page gets the focus.
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return;
        // It could not take the focus while its page was hidden.
        if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
        if (document.activeElement === document.body)
          document.querySelector("main")?.focus({ preventScroll: true });
      });
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      className={width ? `dialog dialog-${width}` : "dialog"}
      aria-labelledby={`${id}-title`}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
        event.preventDefault();
        // Dialogs can be stacked; Escape applies to the top one.
        event.stopPropagation();
        onCloseRequest();
      }}
      onCancel={(event) => {
        event.preventDefault();
        onCloseRequest();
      }}
      onClose={(event) => {
        // A browser may force the dialog closed at the second back gesture. Input and secrets must not be lost by
        // accident, so the dialog reopens and asks.
        if (event.currentTarget.open) return;
        event.currentTarget.showModal();
        onCloseRequest();
      }}
    >
      <div className="dialog-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <button type="button" className="icon-button" aria-label={t("common.close")} onClick={onCloseRequest}>
          <CloseIcon />
        </button>
      </div>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
