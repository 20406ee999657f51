import { type RefObject, useEffect, useLayoutEffect } from "react";

/** Distance in CSS pixels that a popup keeps from the left and right edge of the viewport. */
const MARGIN = 8;

/**
 * Keeps an open popup inside the viewport: shifts it sideways after every render of the caller and after a resize. Does
 * nothing while the popup is closed.
 */
export function useInsideViewport(popup: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => shift(popup.current));
  useEffect(() => {
    const onResize = () => shift(popup.current);
    window.addEventListener("resize", onResize);
    return () => window.removeEventListener("resize", onResize);
  }, [popup]);
}

function shift(popup: HTMLElement | null): void {
  if (!popup) return;
  popup.style.translate = "none";
  const { left, right } = popup.getBoundingClientRect();
  const mostRight = document.documentElement.clientWidth - MARGIN;
  const x = left < MARGIN ? MARGIN - left : Math.min(0, mostRight - right);
  popup.style.translate = `${x}px`;
}
