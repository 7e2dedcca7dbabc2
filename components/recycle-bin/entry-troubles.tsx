"use client";

import Link from "next/link";
import type { BinEntryDto } from "@/contracts/recycle-bin";
import type { Permission } from "@/domain/access/permissions";
import { spacePath } from "../history/space-path";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Callout } from "../ui/callout";
import { Digest } from "../ui/digest";
import { RelativeTime } from "../ui/relative-time";
import type { ProblemActions } from "./use-problem-actions";

const FAILED = {
  recycle: "It could not be recycled",
  restore: "It could not be restored",
  purge: "It could not be purged",
};
const SHOWN_MAX = 10;

/** What is wrong with an entry, and what can be done about it. */
export function EntryTroubles({
  entry,
  workspaceSlug,
  problems,
  permissions,
}: {
  entry: BinEntryDto;
  workspaceSlug: string;
  problems: ProblemActions;
  permissions: readonly Permission[];
}) {
  const { problem, missing } = entry;
  return (
    <>
      {problem ? (
        <Callout tone="danger" title={FAILED[problem.action]}>
          <p>
            <RelativeTime at={problem.at} />: {problem.text}.{" "}
            <Link
              className="font-medium text-accent underline-offset-2 hover:underline"
              href={spacePath(workspaceSlug, entry.spaceId, "runs", problem.runId)}
            >
              See the run
            </Link>
          </p>
          <p>
            {entry.state === "recycling"
              ? "Its image is where it was; only a half-made copy of it is in the registry. Trying again takes that away; giving up forgets it, and leaves it unseen."
              : "It is in the bin as before. Giving up only puts this note away."}
          </p>
          <span className="mt-2 flex gap-2">
            <GatedButton
              size="sm"
              loading={problems.isBusy}
              reason={
                permissions.includes(problem.action === "purge" ? "bin.purge" : "bin.restore")
                  ? null
                  : missingPermissionText(problem.action === "purge" ? "bin.purge" : "bin.restore")
              }
              onClick={() => problems.retry(entry)}
            >
              Try again
            </GatedButton>
            <GatedButton
              size="sm"
              reason={permissions.includes("bin.purge") ? null : missingPermissionText("bin.purge")}
              onClick={() => problems.giveUp(entry)}
            >
              Give up
            </GatedButton>
          </span>
        </Callout>
      ) : null}
      {missing.length > 0 ? (
        <Callout tone="danger" title="It cannot be restored whole">
          <p>The registry does not have all of it any more:</p>
          <ul className="mt-1 flex flex-col gap-0.5">
            {missing.slice(0, SHOWN_MAX).map((part) => (
              <li key={part.digest} className="flex flex-wrap items-center gap-x-2">
                <Digest value={part.digest} />
                <span>
                  {part.kind === "manifest" ? "manifest" : "layer or configuration"}: {part.reason}
                </span>
              </li>
            ))}
          </ul>
          {missing.length > SHOWN_MAX ? <p>and {missing.length - SHOWN_MAX} more.</p> : null}
        </Callout>
      ) : null}
    </>
  );
}
