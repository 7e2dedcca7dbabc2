"use client";

import type { RunDto } from "@/contracts/history";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { RunCancelButton } from "../history/run-cancel-button";
import { RunStatusPill } from "../history/run-status-pill";
import { group, isRunOver, runStarterText } from "../history/run-words";
import { useRunStream } from "../history/use-run-stream";
import { Callout } from "../ui/callout";
import { Countdown } from "../ui/countdown";
import { ProgressBar } from "../ui/progress-bar";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { StatRow, StatTile } from "../ui/stat-tile";
import { Steps } from "../ui/steps";
import { useNow } from "../ui/use-now";
import { gcModeOf, gcOptionsText, gcPaceText, gcPhaseText, gcStepOf, gcStepProgress, gcSteps } from "./gc-words";

/** A collection while it runs: where it is, what it did so far, and the way to stop it. `initial` is shown until the stream speaks. */
export function GcLive({
  workspaceId,
  initial,
  permissions,
}: {
  workspaceId: string;
  initial: RunDto;
  permissions: readonly Permission[];
}) {
  const { run = initial, connection } = useRunStream(workspaceId, initial.id);
  return (
    <Section
      title={run.isDryRun ? "Garbage collection, dry run" : "Garbage collection"}
      description={
        <>
          Started <RelativeTime at={run.startedAt ?? run.createdAt} /> {runStarterText(run)}, {gcOptionsText(run)}.
          {connection === "polling"
            ? " Connection to the live view lost; the numbers are read again each second."
            : null}
        </>
      }
      actions={
        <>
          <RunStatusPill status={run.status} />
          {isRunOver(run) ? null : <RunCancelButton workspaceId={workspaceId} run={run} permissions={permissions} />}
        </>
      }
    >
      <GcLiveView run={run} />
    </Section>
  );
}

/** The phase, its progress and the numbers so far. */
export function GcLiveView({ run }: { run: RunDto }) {
  const step = gcStepOf(run.phase);
  const { progress } = run;
  return (
    <div className="flex flex-col gap-6">
      <Steps label="Phases of the collection" steps={gcSteps(run)} />
      <div aria-live="polite" className="text-muted">
        {run.status === "cancelling" ? stoppingText(run) : gcPhaseText(run)}
      </div>
      {step === "waiting" && !run.isDryRun ? <WritersWait run={run} /> : null}
      {step === "settling" && run.progress.settledAt ? <Settling until={run.progress.settledAt} /> : null}
      {step === "marking" || step === "sweeping" || step === "re_marking" ? <StepBar step={step} run={run} /> : null}
      <StatRow>
        <StatTile
          label="Manifests read"
          value={group(progress.manifestsDone ?? 0)}
          detail={ofAll(progress.manifestsTotal)}
        />
        {run.isDryRun ? (
          <>
            <StatTile label="Blobs unused" value={group(progress.candidateBlobs ?? 0)} detail="found so far" />
            <StatTile label="Could be freed" value={formatBytes(progress.candidateBytes ?? 0)} detail="found so far" />
          </>
        ) : (
          <>
            {progress.quarantinedBlobs === undefined ? null : (
              <StatTile
                label="Put aside"
                value={group(progress.quarantinedBlobs)}
                detail={progress.quarantinedBytes === undefined ? "blobs" : formatBytes(progress.quarantinedBytes)}
              />
            )}
            <StatTile
              label="Manifests deleted"
              value={group(progress.deletedManifests ?? 0)}
              detail={ofAll(progress.candidateManifests, progress.deletedManifests)}
            />
            <StatTile
              label="Blobs deleted"
              value={group(progress.deletedBlobs ?? 0)}
              detail={ofAll(progress.candidateBlobs, progress.deletedBlobs)}
            />
            <StatTile
              label="Freed"
              value={formatBytes(progress.freedBytes ?? 0)}
              detail={progress.candidateBytes === undefined ? undefined : `of ${formatBytes(progress.candidateBytes)}`}
              tone={progress.freedBytes ? "positive" : "neutral"}
            />
          </>
        )}
      </StatRow>
    </div>
  );
}

function stoppingText(run: RunDto): string {
  if (run.isDryRun) return "Stopping. A dry run deletes nothing.";
  if (gcModeOf(run) === "online") return "Stopping. What was only put aside is given back.";
  return "Stopping after the present batch. What was deleted stays deleted; the registry accepts pushes again right after.";
}

/** Nothing where more is done than was found: a run that marked again found less, because some of it was deleted by then. */
function ofAll(all: number | undefined, done = 0): string | undefined {
  return all === undefined || done > all ? undefined : `of ${group(all)}`;
}

function StepBar({ step, run }: { step: "marking" | "sweeping" | "re_marking"; run: RunDto }) {
  const { done, all, text } = gcStepProgress(step, run.progress);
  return (
    <ProgressBar
      label={BAR_LABEL[gcModeOf(run)][step]}
      value={done}
      max={all}
      valueText={text}
      detail={gcPaceText(run.progress) || undefined}
    />
  );
}

const BAR_LABEL = {
  read_only: {
    marking: "Marking what is still needed",
    sweeping: "Deleting what is unused",
    re_marking: "Marking once more",
  },
  online: {
    marking: "Marking what is still needed",
    sweeping: "Putting aside what is unused",
    re_marking: "Marking once more what is needed by now",
  },
} as const;

function Settling({ until }: { until: string }) {
  return (
    <Callout
      tone="info"
      title={
        <span className="flex items-baseline gap-2">
          It looks again in
          <Countdown until={until} className="font-semibold text-lg tabular-nums" />
        </span>
      }
    >
      Pushes that had begun before may still need what was put aside. Pushes and pulls go on meanwhile.
    </Callout>
  );
}

function WritersWait({ run }: { run: RunDto }) {
  const now = useNow(1000);
  const until = run.progress.writersDoneAt;
  if (!until) return <ProgressBar label="Waiting" value={undefined} max={1} hideLabel />;
  const isOver = now !== undefined && Date.parse(until) <= now;
  return (
    <Callout
      tone="info"
      title={
        isOver ? (
          "All permissions to push have ended; making sure that no upload still changes"
        ) : (
          <span className="flex items-baseline gap-2">
            The last permission to push ends in
            <Countdown until={until} className="font-semibold text-lg tabular-nums" />
          </span>
        )
      }
    >
      After that no upload may have changed for a minute. It waits at most 15 minutes, else it fails and nothing is
      deleted.
    </Callout>
  );
}
