"use client";

import Link from "next/link";
import type { RunDto } from "@/contracts/history";
import type { LifecycleOutcomeDto } from "@/contracts/lifecycle";
import { plannedOf } from "@/domain/history/planned-of";
import { count, isRunOver, runStatusLook } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { Bytes } from "../ui/bytes";
import { problemOf } from "../ui/problem-of";
import { StatusPill } from "../ui/status-pill";
import { useStartedRuns } from "./queries";

/** What was started, space by space: its state, what it comes to, and the way to every verdict. */
export function StartedRuns({
  workspaceId,
  workspaceSlug,
  outcomes,
  label,
}: {
  workspaceId: string;
  workspaceSlug: string;
  outcomes: readonly LifecycleOutcomeDto[];
  label: string;
}) {
  const runs = useStartedRuns(workspaceId, outcomes);
  return (
    <ul aria-label={label} className="divide-y divide-rule border-rule border-y">
      {outcomes.map((outcome) => {
        const known = outcome.runId === null ? undefined : runs.get(outcome.runId);
        return (
          <li key={outcome.spaceId} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 py-2">
            <span className="min-w-0 truncate font-medium">{outcome.spaceName}</span>
            <span className="min-w-0 flex-1 basis-56 text-muted" aria-live="polite">
              {outcome.runId === null ? (
                `Not started: ${outcome.skippedReason}`
              ) : (
                <RunText run={known?.run} error={known?.error ?? null} />
              )}
            </span>
            {outcome.runId === null ? null : (
              <Link
                href={spacePath(workspaceSlug, outcome.spaceId, "runs", outcome.runId)}
                className="text-accent underline-offset-2 hover:underline"
              >
                Every verdict<span className="sr-only"> in {outcome.spaceName}</span>
              </Link>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function RunText({ run, error }: { run: RunDto | undefined; error: Error | null }) {
  if (run === undefined && error !== null) {
    return <StatusPill tone="warning">{problemOf(error)?.detail ?? "It could not be read."}</StatusPill>;
  }
  if (run === undefined) return <span aria-busy="true">Starting…</span>;
  const { totals, isDryRun } = run;
  if (!isRunOver(run)) {
    const { label, tone } = runStatusLook(run.status);
    return (
      <StatusPill tone={tone} look="plain">
        {isDryRun ? "Working out what would go" : label}
      </StatusPill>
    );
  }
  if (run.status !== "succeeded" && run.status !== "partial_limit") {
    return <StatusPill tone="warning">{run.error?.message ?? runStatusLook(run.status).label}</StatusPill>;
  }
  const tags = totals.tagsTotal ?? 0;
  if (tags === 0)
    return isDryRun ? "Every tag is reserved: nothing would go." : "Every tag was reserved: nothing went.";
  return (
    <span className="tabular-nums">
      {count(tags, "tag")} of {count(plannedOf(totals), "image")} {isDryRun ? "would go" : "went"};{" "}
      <Bytes value={totals.uniqueBytes ?? 0} about /> {isDryRun ? "would become" : "become"} free once purged and
      collected
    </span>
  );
}
