import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useInsideViewport } from "./use-inside-viewport.ts";

/** A menu item. */
export interface MenuItem {
  label: string;
  hint?: string;
  onSelect: () => void;
}

/**
 * Menu button of the ARIA Authoring Practices: Enter, Space and the arrow keys open it, arrows and first letters move
 * in it, Escape and Tab close it.
 */
export function MenuButton(props: { className: string; items: MenuItem[]; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const wrapper = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const entries = useRef<(HTMLButtonElement | null)[]>([]);
  /** Index of the item to focus when the menu opens; negative counts from the end. */
  const enterAt = useRef(0);
  const id = useId();
  useInsideViewport(list);

  useEffect(() => {
    if (!open) return;
    entries.current.at(enterAt.current)?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (!wrapper.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  function openAt(index: number) {
    enterAt.current = index;
    setOpen(true);
  }

  function move(event: KeyboardEvent, index: number) {
    const count = props.items.length;
    const go = (to: number) => {
      event.preventDefault();
      entries.current[(to + count) % count]?.focus();
    };
    if (event.key === "ArrowDown") go(index + 1);
    else if (event.key === "ArrowUp") go(index - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(count - 1);
    else if (event.key === "Tab") setOpen(false);
    else if (event.key === "Escape") {
      event.preventDefault();
      setOpen(false);
      button.current?.focus();
    } else if (event.key.length === 1 && event.key !== " ") {
      const typed = event.key.toLowerCase();
      const after = [...props.items.keys()].map((step) => (index + 1 + step) % count);
      const match = after.find((each) => props.items[each]?.label.toLowerCase().startsWith(typed));
      if (match !== undefined) go(match);
    }
  }

  return (
    <div className="menu" ref={wrapper}>
      <button
        ref={button}
        type="button"
        className={props.className}
        id={`${id}-button`}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? `${id}-menu` : undefined}
        onClick={() => (open ? setOpen(false) : openAt(0))}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          openAt(event.key === "ArrowDown" ? 0 : -1);
        }}
      >
        {props.children}
      </button>
      {open ? (
        <div ref={list} className="menu-list" role="menu" id={`${id}-menu`} aria-labelledby={`${id}-button`}>
          {props.items.map((item, index) => (
            <button
              key={item.label}
              ref={(element) => {
                entries.current[index] = element;
              }}
              type="button"
              role="menuitem"
              aria-description={item.hint}
              tabIndex={-1}
              onKeyDown={(event) => move(event, index)}
              onClick={() => {
                setOpen(false);
                // The dialog that opens next returns focus to the currently focused element.
                button.current?.focus();
                item.onSelect();
              }}
            >
              <span className="menu-label">{item.label}</span>
              {item.hint ? (
                <span className="menu-hint" aria-hidden="true">
                  {item.hint}
                </span>
              ) : null}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
