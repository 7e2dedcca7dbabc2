"use client";

import { type RefObject, useEffect, useRef } from "react";

/**
 * Keys of the whole page, while nobody writes and no dialog is open: `j` and `k` bring the focus into the list, `?` shows the keys,
 * Escape clears the selection.
 */
export function useListKeys(
  region: RefObject<HTMLElement | null>,
  acts: { onShowKeys: () => void; onEscape: () => void },
) {
  const latest = useRef(acts);
  // Outside system: the keyboard of the whole document.
  useEffect(() => {
    latest.current = acts;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      const target = event.target;
      if (
        target instanceof Element &&
        target.closest(
          "input:not([type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]",
        )
      ) {
        return;
      }
      if (event.key === "Escape") return latest.current.onEscape();
      if (event.key === "?") {
        event.preventDefault();
        return latest.current.onShowKeys();
      }
      if (event.key !== "j" && event.key !== "k") return;
      const row = region.current?.querySelector<HTMLElement>("[role=row][tabindex='0']");
      if (!row) return;
      event.preventDefault();
      row.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [region]);
}
