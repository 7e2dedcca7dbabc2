"use client";

import { useState } from "react";

/**
 * For the content of a modal sheet that something else than a trigger of its own opens: when it closes, the focus goes back to where it
 * was (of a menu, to the button that opened it); where that is gone, to the row of the list that Tab leads to.
 * @returns what to do on `onCloseAutoFocus`
 */
export function useFocusReturn(): (event: Event) => void {
  const [before] = useState(focusedNow);
  return (event) => {
    event.preventDefault();
    before?.focus({ preventScroll: true });
    if (before && document.activeElement === before) return;
    document.querySelector<HTMLElement>("[role=row][tabindex='0']")?.focus({ preventScroll: true });
  };
}

function focusedNow(): HTMLElement | null {
  if (typeof document === "undefined") return null;
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || focused === document.body) return null;
  const opener = focused.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return opener ? document.getElementById(opener) : focused;
}
