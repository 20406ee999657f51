import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { t } from "../i18n/i18n.ts";
import { CloseIcon } from "./icons.tsx";

/** What a dialog is made of. */
export interface DialogProps {
  title: string;
  /** Asked by Escape, the back gesture and the close button; whoever opened the dialog decides. */
  onCloseRequest: () => void;
  width?: "wide" | "widest";
  children: ReactNode;
}

/**
 * A modal native `<dialog>`, open as long as it is rendered. Focus goes to the element marked
 * `data-initial-focus` and returns to the opener when the dialog goes away.
 */
export function Dialog({ title, onCloseRequest, width, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-initial-focus]")?.focus();
    return () => {
      // Closing before React takes the element away gives focus back to the opener.
      element?.close();
      // The opener may be gone as well (a deleted project has no page): then the page itself takes the focus.
      requestAnimationFrame(() => {
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
        // A dialog may stand over another one: Escape is for the one on top.
        event.stopPropagation();
        onCloseRequest();
      }}
      onCancel={(event) => {
        event.preventDefault();
        onCloseRequest();
      }}
      onClose={(event) => {
        // A browser may insist on closing at the second back gesture. What is typed or shown once must not
        // go by accident, so the dialog comes back and asks.
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
