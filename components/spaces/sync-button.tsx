"use client";

import { RefreshCw, TriangleAlert, X } from "lucide-react";
import { useCallback } from "react";
import { toast } from "sonner";
import type { CrawlDto } from "@/contracts/crawls";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Tooltip } from "../ui/tooltip";
import { type SpaceCrawls, useCancelCrawl, useSpaceCrawls, useSyncSpace } from "./crawl-queries";
import { crawlProblemText, crawlProgressText } from "./crawl-text";

/** When the space was last read and how far a reading has come; reading it again now, and stopping that. */
export function SyncButton({
  workspaceId,
  space,
  permissions,
}: {
  workspaceId: string;
  space: SpaceDto;
  permissions: readonly Permission[];
}) {
  const onEnd = useCallback((crawl: CrawlDto) => tellEnd(crawl, space.name), [space.name]);
  const crawls = useSpaceCrawls(workspaceId, space.id, onEnd);
  const sync = useSyncSpace(workspaceId, space.id);
  const cancel = useCancelCrawl(workspaceId, space.id);
  const active = crawls.data?.active ?? null;
  const canSync = permissions.includes("images.sync");
  const fail = (title: string) => (error: unknown) => {
    const problem = problemOf(error);
    toast.error(problem?.title ?? title, { description: problem?.detail });
  };
  return (
    <div className="flex items-center gap-2.5">
      {crawls.data ? <ReadState crawls={crawls.data} /> : null}
      {active?.isCancellable && canSync ? (
        <GatedButton
          icon={<X aria-hidden="true" />}
          loading={cancel.isPending || active.isCancelRequested}
          onClick={() => cancel.mutate(active.id, { onError: fail("The reading could not be stopped") })}
        >
          Stop
        </GatedButton>
      ) : (
        <GatedButton
          icon={<RefreshCw aria-hidden="true" />}
          loading={sync.isPending}
          reason={canSync ? null : missingPermissionText("images.sync")}
          onClick={() => sync.mutate(undefined, { onError: fail("The space could not be read") })}
        >
          Sync
        </GatedButton>
      )}
    </div>
  );
}

function ReadState({ crawls: { active, last, lastReadAt } }: { crawls: SpaceCrawls }) {
  if (active)
    return <span className="text-sm text-subtle tabular-nums narrow:order-last">{crawlProgressText(active)}</span>;
  const problem = last ? crawlProblemText(last) : null;
  return (
    <span className="inline-flex items-center gap-1.5 text-sm text-subtle narrow:order-last">
      {problem ? (
        <Tooltip content={problem}>
          <button type="button" className="inline-flex items-center gap-1 text-warning" aria-label={problem}>
            <TriangleAlert aria-hidden="true" className="size-3.5" />
            {last?.status === "failed" ? "Not read" : "Partly read"}
          </button>
        </Tooltip>
      ) : null}
      {lastReadAt === null ? (
        problem ? null : (
          "Never read"
        )
      ) : (
        <span>
          Read <RelativeTime at={lastReadAt} />
        </span>
      )}
    </span>
  );
}

/** Only what somebody asked for is told; a reading on schedule ends without a word. */
function tellEnd(crawl: CrawlDto, spaceName: string): void {
  if (crawl.trigger !== "manual") return;
  const problem = crawlProblemText(crawl);
  if (crawl.status === "succeeded" && problem === null) toast.success(`${spaceName} was read`);
  else if (crawl.status === "succeeded") toast.warning(`${spaceName} was read in part`, { description: problem });
  else if (crawl.status === "cancelled") toast.info(`The reading of ${spaceName} was stopped`);
  else toast.error(`${spaceName} could not be read`, { description: problem });
}
