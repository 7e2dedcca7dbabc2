"use client";

import { group } from "../history/run-words";
import { ProgressBar } from "../ui/progress-bar";

/** How far the tags of a workspace are from the quota at which its policies run. */
export function QuotaMeter({ tagCount, tagQuota }: { tagCount: number; tagQuota: number }) {
  const isReached = tagCount >= tagQuota;
  const left = tagQuota - tagCount;
  return (
    <ProgressBar
      label="Tags of this workspace"
      value={tagCount}
      max={tagQuota}
      valueText={`${group(tagCount)} of ${group(tagQuota)}`}
      tone={isReached ? "warning" : "accent"}
      detail={
        isReached
          ? "The quota is reached: what policies do not reserve is cleared, once in 24 hours."
          : `Nothing is cleared before the quota is reached: ${group(left)} more ${left === 1 ? "tag" : "tags"}. A platform admin sets it.`
      }
    />
  );
}
