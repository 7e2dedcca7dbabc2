"use client";

import { RotateCw } from "lucide-react";
import { RunEndNote } from "../history/run-end-note";
import { RunItemsTable } from "../history/run-items-table";
import { RunProgress } from "../history/run-progress";
import { RunTotals } from "../history/run-totals";
import { isRunOver } from "../history/run-words";
import { useRunStream } from "../history/use-run-stream";
import { ShareNote } from "../reclaim/share-note";
import { Button } from "../ui/button";
import { Checkbox } from "../ui/checkbox";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import type { useRuleWizard } from "./use-rule-wizard";

/** Step 4: what the rule as it is written would do to every image, and the button that saves it. */
export function StepPreview({
  workspaceId,
  wizard,
}: {
  workspaceId: string;
  wizard: ReturnType<typeof useRuleWizard>;
}) {
  return (
    <div className="flex flex-col gap-6">
      <Checkbox
        checked={wizard.draft.isEnabled}
        onCheckedChange={(isEnabled) => wizard.update({ isEnabled })}
        label="Enabled"
        hint="A disabled rule keeps all it says and never runs. It counts among the 15 of a space."
      />
      <ArmingNote wizard={wizard} />
      {wizard.previewRunId ? (
        <DraftPreview key={wizard.previewRunId} workspaceId={workspaceId} runId={wizard.previewRunId} wizard={wizard} />
      ) : (
        <NoPreview wizard={wizard} />
      )}
    </div>
  );
}

/** What the preview below means to a rule that protects, or that has a schedule. */
function ArmingNote({ wizard }: { wizard: ReturnType<typeof useRuleWizard> }) {
  const { schedule, effect } = wizard.draft;
  if (effect === "protect") {
    return (
      <p className="max-w-prose border-rule-strong border-l-2 pl-4 text-muted">
        A rule that protects takes nothing. It keeps the images that it matches from every other rule of this space,
        from the moment it is saved.
      </p>
    );
  }
  if (schedule.kind === "manual") return null;
  return (
    <p className="max-w-prose border-rule-strong border-l-2 pl-4 text-muted">
      The schedule starts only for a rule that was previewed. Save what this preview shows and it is armed; change the
      rule and it waits for another one.
    </p>
  );
}

function NoPreview({ wizard }: { wizard: ReturnType<typeof useRuleWizard> }) {
  const problem = problemOf(wizard.previewError);
  if (wizard.isStartingPreview) return <EmptyState className="py-8" title="Starting the preview…" />;
  if (problem) return <ErrorState problem={problem} onRetry={wizard.runPreview} />;
  return (
    <EmptyState
      title={wizard.isPreviewStale ? "The rule has changed since its preview" : "Not previewed yet"}
      description="A preview looks at every image of the space and says what would happen to it and why. It moves nothing."
      action={
        <Button variant="primary" onClick={wizard.runPreview}>
          Preview
        </Button>
      }
    />
  );
}

function DraftPreview({
  workspaceId,
  runId,
  wizard,
}: {
  workspaceId: string;
  runId: string;
  wizard: ReturnType<typeof useRuleWizard>;
}) {
  const { run, error, refetch } = useRunStream(workspaceId, runId);
  const problem = problemOf(error);
  if (!run) {
    return problem ? (
      <ErrorState problem={problem} onRetry={() => refetch()} />
    ) : (
      <EmptyState className="py-8" title="Loading the preview…" />
    );
  }
  return (
    <>
      {isRunOver(run) ? <RunEndNote run={run} /> : <RunProgress run={run} />}
      <div className="flex items-start justify-between gap-4 compact:flex-col">
        <div className="min-w-0 flex-1">
          <RunTotals workspaceId={workspaceId} run={run} />
        </div>
        <Button icon={<RotateCw />} onClick={wizard.runPreview} loading={wizard.isStartingPreview}>
          Preview again
        </Button>
      </div>
      {isRunOver(run) ? <ShareNote workspaceId={workspaceId} spaceId={run.spaceId} preview={run} /> : null}
      <RunItemsTable workspaceId={workspaceId} run={run} />
    </>
  );
}
