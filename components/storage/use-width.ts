import { type RefCallback, useCallback, useState } from "react";

/** The width of an element in whole pixels, kept while it is in the document; `initial` until it was measured. */
export function useWidth<E extends HTMLElement>(initial: number): [RefCallback<E>, number] {
  const [width, setWidth] = useState(initial);
  const ref = useCallback((element: E | null) => {
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(1, Math.floor(entry.contentRect.width)));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
