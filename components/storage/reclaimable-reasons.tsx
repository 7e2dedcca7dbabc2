"use client";

import Link from "next/link";
import type { ReclaimableByReasonDto } from "@/contracts/storage";
import { count } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { Bytes } from "../ui/bytes";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { StatRow, StatTile } from "../ui/stat-tile";
import { useReclaimableByReason } from "./queries";

/** Why what could go could go: a newer image took its place, or nobody has asked for it for long. */
export function ReclaimableReasons({
  workspaceId,
  workspaceSlug,
  spaceId,
}: {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
}) {
  const query = useReclaimableByReason(workspaceId, spaceId);
  return (
    <Section
      title="No longer needed"
      description="What rules like these would take, before protect rules and the grace period. Each image counts once, superseded before old."
      actions={
        <Link
          href={spacePath(workspaceSlug, spaceId, "reclaim", "new")}
          className="text-accent underline-offset-2 hover:underline"
        >
          Write a reclaim rule
        </Link>
      }
    >
      {query.data ? (
        <Reasons reasons={query.data} />
      ) : query.error ? (
        <ErrorState
          problem={problemOf(query.error) ?? { title: "What is no longer needed could not be read" }}
          onRetry={() => query.refetch()}
          retrying={query.isFetching}
        />
      ) : (
        <Skeleton className="h-16 w-full" />
      )}
    </Section>
  );
}

function Reasons({ reasons }: { reasons: ReclaimableByReasonDto }) {
  const { superseded, old, unknown, isPartial } = reasons;
  return (
    <div className="flex flex-col gap-3">
      <StatRow>
        {(
          [
            ["Superseded", superseded, "none"],
            ["Old", old, unknown === null ? "none" : "not known yet"],
          ] as const
        ).map(([label, share, nothing]) => (
          <StatTile
            key={label}
            label={label}
            value={share.images === 0 ? nothing : <Bytes value={share.bytes} about />}
            detail={
              <>
                {share.images === 0 ? null : `${count(share.images, "image", "images")}. `}
                {withoutTicks(share.sentence)}.
              </>
            }
          />
        ))}
      </StatRow>
      {unknown === null ? null : (
        <p className="text-muted text-sm">Of some images it is not known whether they are old: {unknown}.</p>
      )}
      {isPartial ? (
        <p className="text-muted text-sm">
          There are more images than are measured at once: the numbers are of a part of them.
        </p>
      ) : null}
    </div>
  );
}

/** Sentences set names apart with back-ticks. */
function withoutTicks(sentence: string): string {
  return sentence.replaceAll("`", "");
}
