import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useInsideViewport } from "./use-inside-viewport.ts";

/**
 * A button that opens a panel below it. Escape, an outside click and focus leaving it close it; Escape returns the
 * focus.
 */
export function Disclosure(props: {
  className: string;
  buttonClassName: string;
  panelClassName: string;
  /** Content of the button. */
  button: ReactNode;
  /** Content of the panel, given a function that closes it and focuses the button. */
  children: (close: () => void) => ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const wrapper = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();
  useInsideViewport(panel);

  useEffect(() => {
    if (!open) return;
    const closeOutside = (event: Event) => {
      if (!wrapper.current?.contains(event.target as Node)) setOpen(false);
    };
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener("keydown", closeOnEscape);
    document.addEventListener("pointerdown", closeOutside);
    document.addEventListener("focusin", closeOutside);
    return () => {
      document.removeEventListener("keydown", closeOnEscape);
      document.removeEventListener("pointerdown", closeOutside);
      document.removeEventListener("focusin", closeOutside);
    };
  }, [open]);

  return (
    <div className={`menu ${props.className}`} ref={wrapper}>
      <button
        ref={button}
        type="button"
        className={props.buttonClassName}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {props.button}
      </button>
      {open ? (
        <div ref={panel} className={`menu-list ${props.panelClassName}`} id={id}>
          {props.children(() => {
            setOpen(false);
            // What opens next, such as a dialog, returns focus to the currently focused element.
            button.current?.focus();
          })}
        </div>
      ) : null}
    </div>
  );
}
