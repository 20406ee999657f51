import { type ReactNode, useEffect, useId, useRef, useState } from "react";

/**
 * A button that shows a panel below itself. Escape, a press outside and focus moving on close it; Escape gives the
 * focus back.
 */
export function Disclosure(props: {
  className: string;
  buttonClassName: string;
  panelClassName: string;
  /** What stands in the button. */
  button: ReactNode;
  /** What stands in the panel, given the function that closes it and puts the focus on the button. */
  children: (close: () => void) => ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const wrapper = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

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
        <div className={`menu-list ${props.panelClassName}`} id={id}>
          {props.children(() => {
            setOpen(false);
            // What opens next, a dialog for example, gives the focus back to what has it now.
            button.current?.focus();
          })}
        </div>
      ) : null}
    </div>
  );
}
