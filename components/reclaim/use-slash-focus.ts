"use client";

import { type RefObject, useEffect, useRef } from "react";

/** A ref for a list's region: "/" puts the focus into the search box inside it, unless somebody is writing or a dialog is open. */
export function useSlashFocus<T extends HTMLElement>(): RefObject<T | null> {
  const region = useRef<T>(null);
  // Outside system: the keyboard of the whole document.
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      const target = event.target;
      if (target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=dialog]"))
        return;
      const search = region.current?.querySelector<HTMLInputElement>("input[type=search]");
      if (!search) return;
      event.preventDefault();
      search.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return region;
}
