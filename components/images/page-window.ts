/** Rows of a page: one request reads so many. */
export const PAGE_ROWS = 100;

/** The pages that hold these rows and, where they exist, one on either side. */
export function pagesAround(first: number, last: number, count: number): number[] {
  const lastPage = Math.max(0, Math.ceil(count / PAGE_ROWS) - 1);
  const from = Math.max(0, Math.floor(first / PAGE_ROWS) - 1);
  const to = Math.min(lastPage, Math.floor(last / PAGE_ROWS) + 1);
  return Array.from({ length: Math.max(1, to - from + 1) }, (_, at) => Math.min(from, lastPage) + at);
}

/** The pages between two rows, both included. */
export function pagesBetween(first: number, last: number): number[] {
  const from = Math.floor(first / PAGE_ROWS);
  return Array.from({ length: Math.floor(last / PAGE_ROWS) - from + 1 }, (_, at) => from + at);
}

export interface LoadedPage {
  index: number;
  rows: number;
  hasMore: boolean;
  total: number;
  isTotalCapped: boolean;
}

/**
 * How many rows the list has. Where counting stopped at `total` it grows by a page whenever its end comes into view, so that one can
 * scroll on; `knownRows` is what earlier pages proved.
 */
export function countRows(pages: readonly LoadedPage[], knownRows: number): { count: number; isCapped: boolean } {
  const newest = pages.at(-1);
  if (!newest) return { count: 0, isCapped: false };
  if (!newest.isTotalCapped) return { count: newest.total, isCapped: false };
  const end = pages.find((page) => !page.hasMore);
  if (end) return { count: end.index * PAGE_ROWS + end.rows, isCapped: false };
  const proven = Math.max(...pages.map((page) => (page.index + 1) * PAGE_ROWS + PAGE_ROWS));
  return { count: Math.max(newest.total, proven, knownRows), isCapped: true };
}
