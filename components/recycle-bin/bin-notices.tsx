"use client";

import type { BinSummaryDto } from "@/contracts/recycle-bin";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { RelativeTime } from "../ui/relative-time";

/** What somebody has to know of the bin before anything else: what is purged soon, what failed, what is damaged. */
export function BinNotices({
  summary,
  onShow,
}: {
  summary: BinSummaryDto;
  onShow: (state: "due" | "stuck" | "damaged") => void;
}) {
  const { dueSoon, stuckCount, damagedCount } = summary;
  return (
    <>
      {dueSoon.entryCount > 0 ? (
        <Callout
          tone="warning"
          title={`${count(dueSoon.entryCount, "image")} (${formatBytes(dueSoon.logicalBytes)}) will be purged within 3 days`}
          action={
            <Button size="sm" onClick={() => onShow("due")}>
              Show
            </Button>
          }
        >
          The first one <RelativeTime at={dueSoon.firstAt} none="any moment now" />. What is not restored until then is
          gone for good.
        </Callout>
      ) : null}
      {stuckCount > 0 ? (
        <Callout
          tone="danger"
          title={`The last move of ${count(stuckCount, "image")} failed`}
          action={
            <Button size="sm" onClick={() => onShow("stuck")}>
              Show
            </Button>
          }
        >
          Nothing is lost: each says why, and can be tried again or given up.
        </Callout>
      ) : null}
      {damagedCount > 0 ? (
        <Callout
          tone="danger"
          title={`${count(damagedCount, "image")} in the bin cannot be restored whole`}
          action={
            <Button size="sm" onClick={() => onShow("damaged")}>
              Show
            </Button>
          }
        >
          Somebody took parts of them from the registry, for instance with its own garbage collector and{" "}
          <code>--delete-untagged</code>. Their details say what is missing.
        </Callout>
      ) : null}
    </>
  );
}
