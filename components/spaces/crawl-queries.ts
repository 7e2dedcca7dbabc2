import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { callOperation } from "@/contracts/call";
import { type CrawlDto, cancelCrawl, listCrawls } from "@/contracts/crawls";
import { syncSpace } from "@/contracts/spaces";
import { workspaceKeys } from "../workspaces/queries";

const WHILE_READING_MS = 1000;
const OTHERWISE_MS = 10_000;

const crawlKey = (workspaceId: string, spaceId: string) => ["crawls", workspaceId, spaceId] as const;
const isActive = (crawl: CrawlDto) => crawl.finishedAt === null;

export interface SpaceCrawls {
  /** What is being read now, a reading of this space before one of its whole registry. */
  active: CrawlDto | null;
  /** The latest one that ended. */
  last: CrawlDto | null;
  lastReadAt: string | null;
}

/**
 * Readings of a space, followed closely while one is under way. When one ends, everything that shows the inventory is read again,
 * and `onEnd` hears of it.
 */
export function useSpaceCrawls(workspaceId: string, spaceId: string, onEnd?: (crawl: CrawlDto) => void) {
  const queryClient = useQueryClient();
  const query = useQuery({
    queryKey: crawlKey(workspaceId, spaceId),
    queryFn: async ({ signal }): Promise<SpaceCrawls & { items: CrawlDto[] }> => {
      const answer = await callOperation(
        listCrawls,
        { params: { workspaceId, spaceId }, query: { limit: 5 } },
        { signal },
      );
      const active = answer.items.filter(isActive);
      return {
        items: answer.items,
        active: active.find((crawl) => crawl.spaceId !== null) ?? active[0] ?? null,
        last: answer.items.find((crawl) => !isActive(crawl)) ?? null,
        lastReadAt: answer.lastReadAt,
      };
    },
    refetchInterval: ({ state }) => (state.data?.active ? WHILE_READING_MS : OTHERWISE_MS),
  });
  const watched = useRef<string | null>(null);
  const activeId = query.data?.active?.id ?? null;
  const items = query.data?.items;
  // Outside system: the worker ends a reading, which only shows between two answers.
  useEffect(() => {
    const before = watched.current;
    watched.current = activeId;
    if (before === null || before === activeId) return;
    for (const queryKey of [
      ["spaces", workspaceId],
      ["repositories", workspaceId, spaceId],
      ["images", workspaceId, spaceId],
      workspaceKeys.workspace(workspaceId),
      workspaceKeys.registries(workspaceId),
    ]) {
      void queryClient.invalidateQueries({ queryKey });
    }
    const ended = items?.find((crawl) => crawl.id === before);
    if (ended && !isActive(ended)) onEnd?.(ended);
  }, [activeId, items, workspaceId, spaceId, queryClient, onEnd]);
  return query;
}

/** Has the space read now; where it is being read already, the answer is that reading. */
export function useSyncSpace(workspaceId: string, spaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => callOperation(syncSpace, { params: { workspaceId, spaceId } }),
    onSuccess: (crawl) => {
      const key = crawlKey(workspaceId, spaceId);
      // Shown at once: a small space is read before the next answer, and its end would go unseen.
      queryClient.setQueryData<SpaceCrawls>(key, (known) => known && { ...known, active: crawl });
      return queryClient.invalidateQueries({ queryKey: key });
    },
  });
}

/** Stops a reading; it ends within two seconds. */
export function useCancelCrawl(workspaceId: string, spaceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (crawlId: string) => callOperation(cancelCrawl, { params: { workspaceId, spaceId, crawlId } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: crawlKey(workspaceId, spaceId) }),
  });
}
