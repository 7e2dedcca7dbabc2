/** Where the rows of a long list stand: all of one height, but for the few that are open. */
export interface RowLayout {
  count: number;
  rowPx: number;
  /** what an open row is higher by, by its place */
  extraPx: ReadonlyMap<number, number>;
}

/** Chromium draws nothing below some 33 million pixels. */
const TALLEST_PX = 30_000_000;

/** As many of `count` rows as fit into a list that a browser can draw. */
export function drawableCount(count: number, rowPx: number): number {
  return Math.min(count, Math.floor(TALLEST_PX / rowPx));
}

/** The top of a row, in pixels from the list's. */
export function topOf(layout: RowLayout, index: number): number {
  let top = index * layout.rowPx;
  for (const [at, extra] of layout.extraPx) if (at < index) top += extra;
  return top;
}

export function heightOf(layout: RowLayout): number {
  return topOf(layout, layout.count);
}

/** The row at a distance from the list's top; the first or last one beyond its ends. */
export function rowAt(layout: RowLayout, px: number): number {
  let low = 0;
  let high = Math.max(0, layout.count - 1);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (topOf(layout, middle) <= px) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The rows to draw for a window onto the list: those in it and `overscan` around, first and last included; null for none. */
export function rowsInView(
  layout: RowLayout,
  view: { topPx: number; heightPx: number },
  overscan: number,
): { first: number; last: number } | null {
  if (layout.count === 0) return null;
  return {
    first: Math.max(0, rowAt(layout, view.topPx) - overscan),
    last: Math.min(layout.count - 1, rowAt(layout, view.topPx + view.heightPx) + overscan),
  };
}

/**
 * The rows to draw: those in view that were read. The active row is always among them, in view or not, read or not: it may have
 * the focus.
 */
export function rowsToDraw(
  view: { first: number; last: number } | null,
  active: number,
  count: number,
  isRead: (index: number) => boolean,
): number[] {
  const rows: number[] = [];
  const { first, last } = view ?? { first: 0, last: -1 };
  if (active < count && active < first) rows.push(active);
  for (let index = first; index <= last; index++) if (index === active || isRead(index)) rows.push(index);
  if (active < count && active > last) rows.push(active);
  return rows;
}
