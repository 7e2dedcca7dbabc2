"use client";

import type { ReactNode, UIEvent } from "react";
import { count, group } from "../history/run-words";
import { Button } from "../ui/button";

const NEAR_END_PX = 800;

/** What a row is called, and what many of them are where that is not just with an "s". */
type Noun = readonly [one: string, many?: string];

/** What this needs of an infinite query over `pageSchema` pages. */
type Pages = {
  data: { pages: readonly { items: readonly unknown[]; total: number }[] } | undefined;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
};

/** A table whose rows come in pages: the next one is read when its box is scrolled near the end, or by the button below it. */
export function PagedRows({ query, noun, children }: { query: Pages; noun: Noun; children: ReactNode }) {
  const loaded = query.data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
  const total = query.data?.pages[0]?.total ?? 0;
  const more = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) query.fetchNextPage();
  };
  // Scroll events do not bubble, but they can be caught on their way down to the table's own box.
  const onScrollCapture = (event: UIEvent<HTMLDivElement>) => {
    const box = event.target as HTMLElement;
    if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX) more();
  };
  return (
    <div onScrollCapture={onScrollCapture}>
      {children}
      {loaded > 0 ? (
        <div className="flex min-h-11 flex-wrap items-center gap-3 pt-2 text-sm text-subtle tabular-nums">
          <span role="status">
            {loaded === total ? count(total, ...noun) : `${group(loaded)} of ${count(total, ...noun)}`}
          </span>
          {query.hasNextPage ? (
            <Button size="sm" onClick={more} loading={query.isFetchingNextPage}>
              Load more
            </Button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
