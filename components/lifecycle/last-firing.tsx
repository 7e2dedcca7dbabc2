"use client";

import Link from "next/link";
import type { LifecycleDto } from "@/contracts/lifecycle";
import { group } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { RelativeTime } from "../ui/relative-time";

/** When the quota was last found reached, and what was started of it. */
export function LastFiring({
  workspaceSlug,
  lifecycle: { lastFiring, restsUntil },
}: {
  workspaceSlug: string;
  lifecycle: LifecycleDto;
}) {
  if (lastFiring === null) {
    return <p className="text-sm text-subtle">The quota has never been reached while a policy was on.</p>;
  }
  return (
    <section aria-label="When the quota was last reached" className="text-sm">
      <p className="text-muted">
        Last cleared <RelativeTime at={lastFiring.firedAt} />, at {group(lastFiring.tagCount)} tags of a quota of{" "}
        {group(lastFiring.tagQuota)}.
        {restsUntil === null ? null : (
          <>
            {" "}
            Not again before <RelativeTime at={restsUntil} />.
          </>
        )}
      </p>
      <ul className="mt-1 flex flex-col gap-0.5">
        {lastFiring.outcomes.map(({ spaceId, spaceName, runId, skippedReason }) => (
          <li key={spaceId}>
            {runId === null ? (
              <>
                {spaceName}: <span className="text-warning">skipped.</span> {skippedReason}
              </>
            ) : (
              <>
                {spaceName}:{" "}
                <Link
                  href={spacePath(workspaceSlug, spaceId, "runs", runId)}
                  className="text-accent underline-offset-2 hover:underline"
                >
                  its run
                </Link>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
