const PAGE_MAX = 500;

export interface PageOptions {
  limit: number;
  all?: boolean;
}

interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
}

/** As many of a list as are asked for, page by page; `nextCursor` is null only where that is all there is. */
export async function takePages<T>(
  options: PageOptions,
  read: (query: { cursor?: string; limit: number }) => Promise<Page<T>>,
): Promise<Page<T>> {
  const wanted = options.all ? Number.POSITIVE_INFINITY : options.limit;
  const items: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await read({ limit: Math.min(PAGE_MAX, wanted - items.length), ...(cursor ? { cursor } : {}) });
    items.push(...page.items);
    const isEnough = items.length >= wanted || page.nextCursor === null;
    if (isEnough) return { items, nextCursor: page.nextCursor, total: page.total };
    cursor = page.nextCursor ?? undefined;
  }
}

/** What to say below a list that is cut; null where it is whole. */
export function moreNote(page: Page<unknown>): string | null {
  const rest = page.total - page.items.length;
  return page.nextCursor === null || rest <= 0
    ? null
    : `${page.items.length} of ${page.total}: --limit ${page.total} or --all shows more.`;
}
