"use client";

import { type RefObject, useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from "react";
import { type RowLayout, rowsInView } from "./row-layout";

const OVERSCAN_ROWS = 6;
/** The window onto the list moves in steps, so that not every pixel of scrolling draws anew. */
const STEP_PX = 100;
/** How long a drag of the scroll bar has to rest before what is there is read. */
const REST_MS = 80;

/** The first and last row to draw of a list that scrolls with the page; null for an empty one. */
export function useRowsInView(list: RefObject<HTMLElement | null>, layout: RowLayout) {
  const [view, setView] = useState({ topPx: 0, heightPx: 1000 });
  // Outside system: where the window stands over the list, which only layout knows.
  useLayoutEffect(() => {
    let frame = 0;
    const read = () => {
      frame = 0;
      const element = list.current;
      if (!element) return;
      const topPx = Math.floor(-element.getBoundingClientRect().top / STEP_PX) * STEP_PX;
      const heightPx = window.innerHeight + STEP_PX;
      setView((known) => (known.topPx === topPx && known.heightPx === heightPx ? known : { topPx, heightPx }));
    };
    const schedule = () => {
      frame ||= requestAnimationFrame(read);
    };
    read();
    window.addEventListener("scroll", schedule, { passive: true });
    window.addEventListener("resize", schedule);
    // What stands above the list may grow.
    const observer = new ResizeObserver(schedule);
    observer.observe(document.body);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("scroll", schedule);
      window.removeEventListener("resize", schedule);
      observer.disconnect();
    };
  }, [list]);
  const { first, last } = rowsInView(layout, view, OVERSCAN_ROWS) ?? { first: 0, last: -1 };
  // The same object for the same rows: what hangs on it is drawn anew only when others come into view.
  return useMemo(() => (last < 0 ? null : { first, last }), [first, last]);
}

/** The wanted pages: at once where they follow from the present ones, after a rest where somebody leaps across the list. */
export function usePacedPages(wanted: readonly number[]): readonly number[] {
  const [paced, setPaced] = useState(wanted);
  const isNear = wanted.some((page) => paced.includes(page));
  const isSame = wanted.length === paced.length && wanted.every((page, at) => page === paced[at]);
  if (isNear && !isSame) setPaced(wanted);
  const key = wanted.join();
  // Outside system: a timer.
  useEffect(() => {
    if (isNear) return;
    const timer = setTimeout(() => setPaced(key.split(",").map(Number)), REST_MS);
    return () => clearTimeout(timer);
  }, [isNear, key]);
  return isNear && !isSame ? wanted : paced;
}

/** Whether the window is as narrow as a phone's; false on the server. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia("(width < 640px)");
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => window.matchMedia("(width < 640px)").matches,
    () => false,
  );
}
