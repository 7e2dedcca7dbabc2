"use client";

import { useQueries } from "@tanstack/react-query";
import Link from "next/link";
import { callOperation } from "@/contracts/call";
import { listRuns, type RunDto } from "@/contracts/history";
import type { SpaceDto } from "@/contracts/spaces";
import { RunStatusPill } from "../history/run-status-pill";
import { group, isRunOver, runKindLabel, runStarterText } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { ProgressBar } from "../ui/progress-bar";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";

const EVERY_MS = 2000;

/** Runs that are not over, of the spaces that have some. Asks nothing of a workspace where all is quiet. */
export function RunningRuns({
  workspaceId,
  workspaceSlug,
  spaces,
}: {
  workspaceId: string;
  workspaceSlug: string;
  spaces: readonly SpaceDto[];
}) {
  const busy = spaces.filter((space) => space.activeRunCount > 0);
  const answers = useQueries({
    queries: busy.map((space) => ({
      queryKey: ["runs", workspaceId, space.id, "active"] as const,
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        callOperation(listRuns, { params: { workspaceId, spaceId: space.id }, query: { limit: 20 } }, { signal }),
      refetchInterval: EVERY_MS,
    })),
  });
  const running = busy.flatMap((space, index) =>
    (answers[index]?.data?.items ?? []).filter((run) => !isRunOver(run)).map((run) => ({ run, space })),
  );
  if (running.length === 0) return null;
  return (
    <Section title="Running now">
      <ul className="divide-y divide-rule">
        {running.map(({ run, space }) => (
          <li
            key={run.id}
            className="grid grid-cols-[minmax(0,1fr)_minmax(0,320px)] items-center gap-x-8 gap-y-2 py-2.5 first:pt-0 narrow:grid-cols-1"
          >
            <div className="min-w-0">
              <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                <Link
                  href={spacePath(workspaceSlug, space.id, "runs", run.id)}
                  className="font-medium underline-offset-2 hover:underline"
                >
                  {runKindLabel(run)} in {space.name}
                </Link>
                <RunStatusPill status={run.status} />
              </p>
              <p className="text-sm text-subtle">
                Asked for <RelativeTime at={run.createdAt} /> {runStarterText(run)}
              </p>
            </div>
            <ProgressBar label={`${runKindLabel(run)} in ${space.name}`} hideLabel {...progressOf(run)} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** How far the present phase of a run is; without a known whole it only says that work goes on. */
function progressOf(run: RunDto): { value: number | undefined; max: number; valueText?: string; detail?: string } {
  const { progress } = run;
  const unit =
    run.kind !== "gc"
      ? { done: progress.itemsDone, total: progress.itemsTotal, noun: "images" }
      : run.phase === "sweeping"
        ? { done: progress.deletedBlobs, total: progress.candidateBlobs, noun: "blobs" }
        : run.phase === "marking"
          ? { done: progress.manifestsDone, total: progress.manifestsTotal, noun: "manifests" }
          : { done: undefined, total: undefined, noun: "" };
  if (unit.total === undefined) {
    const phase = run.phase.replaceAll("_", " ");
    return { value: undefined, max: 1, ...(phase ? { valueText: phase, detail: phase } : {}) };
  }
  const text = `${group(unit.done ?? 0)} of ${group(unit.total)} ${unit.noun}`;
  return { value: unit.done ?? 0, max: unit.total, valueText: text, detail: text };
}
