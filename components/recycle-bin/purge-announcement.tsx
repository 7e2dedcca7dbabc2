"use client";

import Link from "next/link";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { Banner } from "../ui/banner";
import { RelativeTime } from "../ui/relative-time";
import { useBinSummary } from "./queries";

/** On every tab of a space: what its bin purges within three days. Nothing where it purges nothing. */
export function PurgeAnnouncement({
  workspaceId,
  workspaceSlug,
  spaceId,
}: {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
}) {
  const summary = useBinSummary(workspaceId, spaceId, { state: "due" });
  const due = summary.data?.dueSoon;
  if (due === undefined || due.entryCount === 0) return null;
  return (
    <Banner
      tone="warning"
      title={`${count(due.entryCount, "image")} in the recycle bin (${formatBytes(due.logicalBytes)}) will be purged within 3 days.`}
      action={
        <Link
          className="font-medium text-accent underline-offset-2 hover:underline"
          href={`${spacePath(workspaceSlug, spaceId, "recycle-bin")}?state=due`}
        >
          Look at them
        </Link>
      }
    >
      The first one <RelativeTime at={due.firstAt} none="any moment now" />.
    </Banner>
  );
}
