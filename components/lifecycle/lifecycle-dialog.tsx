"use client";

import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import type { LifecycleDto, LifecycleOutcomeDto } from "@/contracts/lifecycle";
import type { Permission } from "@/domain/access/permissions";
import type { LifecycleKeep } from "@/domain/rules/lifecycle";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Checkbox } from "../ui/checkbox";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { Dialog } from "../ui/dialog";
import { ErrorState } from "../ui/error-state";
import { FieldGroup } from "../ui/field";
import { problemOf } from "../ui/problem-of";
import { Skeleton } from "../ui/skeleton";
import { isConflict } from "./is-conflict";
import { draftOf, readKeep } from "./keep-draft";
import { KeepFields } from "./keep-fields";
import { LastFiring } from "./last-firing";
import { Overrides } from "./overrides";
import { PolicyFooter } from "./policy-footer";
import { useLifecycle, useRunLifecycle, useSetLifecycle, useTryLifecycle } from "./queries";
import { QuotaMeter } from "./quota-meter";
import { StartedRuns } from "./started-runs";

type LifecycleDialogProps = {
  workspaceId: string;
  workspaceSlug: string;
  permissions: readonly Permission[];
  onClose: () => void;
};

/** The window of the workspace's lifecycle policy: on or off, what is reserved, what it would take now, and what came of it last. */
export function LifecycleDialog(props: LifecycleDialogProps) {
  const lifecycle = useLifecycle(props.workspaceId);
  const [edition, setEdition] = useState(0);
  if (lifecycle.data) {
    const reload = async () => {
      await lifecycle.refetch();
      setEdition(edition + 1);
    };
    return <LifecycleForm key={edition} {...props} lifecycle={lifecycle.data} onReload={reload} />;
  }
  return (
    <Dialog open onOpenChange={props.onClose} title={TITLE} description={DESCRIPTION} size="lg">
      {lifecycle.error ? (
        <ErrorState
          problem={problemOf(lifecycle.error) ?? { title: "The lifecycle policy could not be loaded" }}
          onRetry={() => lifecycle.refetch()}
          retrying={lifecycle.isFetching}
        />
      ) : (
        <div role="status" aria-busy="true" aria-label="Loading the lifecycle policy" className="flex flex-col gap-3">
          <Skeleton className="w-64" />
          <Skeleton className="w-80" />
        </div>
      )}
    </Dialog>
  );
}

const TITLE = "Image Lifecycle Management";
const DESCRIPTION =
  "Clears old tags in every repository of this workspace that has no policy of its own, once the tags reach the quota. What loses its last tag goes to the recycle bin.";

function LifecycleForm({
  workspaceId,
  workspaceSlug,
  permissions,
  onClose,
  lifecycle,
  onReload,
}: LifecycleDialogProps & { lifecycle: LifecycleDto; onReload: () => Promise<void> }) {
  const formId = useId();
  const { tagCount, tagQuota } = lifecycle;
  // What is typed belongs to the revision that was read when the window opened, whatever is read meanwhile.
  const [policy] = useState(lifecycle.policy);
  const [isEnabled, setIsEnabled] = useState(policy?.isEnabled ?? false);
  const [draft, setDraft] = useState(draftOf(policy));
  const [hasTried, setHasTried] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const [shown, setShown] = useState<{ what: "preview" | "run"; outcomes: LifecycleOutcomeDto[] } | null>(null);
  const save = useSetLifecycle(workspaceId);
  const preview = useTryLifecycle(workspaceId);
  const run = useRunLifecycle(workspaceId);
  const { keep, problems } = readKeep(draft, tagQuota, !isEnabled);
  const mayWrite = permissions.includes("rules.write");
  const isChanged = isEnabled !== (policy?.isEnabled ?? false) || !isSame(keep, policy);
  const isEmpty = draft.keepLatestTags.trim() === "" && draft.keepDays.trim() === "";
  const problem = problemOf(save.error ?? preview.error ?? run.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setHasTried(true);
    if (keep === null || !mayWrite || save.isPending) return;
    if (!isChanged) return onClose();
    save.mutate(
      { revision: policy?.revision ?? 0, isEnabled, ...keep },
      {
        onSuccess: (saved) => {
          onClose();
          toast.success(
            saved.policy?.isEnabled
              ? `Lifecycle management is on: it reserves ${saved.policy.keepText}`
              : "Lifecycle management is off",
          );
        },
      },
    );
  };
  const show = () => {
    setHasTried(true);
    if (keep === null || isEmpty) return;
    preview.mutate(keep, { onSuccess: ({ outcomes }) => setShown({ what: "preview", outcomes }) });
  };

  const runReason = !permissions.includes("reclaim.run")
    ? missingPermissionText("reclaim.run")
    : isChanged
      ? "Save with OK first: a run takes what is saved."
      : !policy?.isEnabled && lifecycle.overrideCount === 0
        ? "Nothing to run: lifecycle management is off, and no space or repository has a policy of its own."
        : null;

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !save.isPending) onClose();
      }}
      title={TITLE}
      description={DESCRIPTION}
      size="lg"
      footer={
        <PolicyFooter
          formId={formId}
          permissions={permissions}
          isEmpty={isEmpty}
          isPreviewing={preview.isPending}
          isSaving={save.isPending}
          isBusy={save.isPending}
          onPreview={show}
          onCancel={onClose}
        >
          <GatedButton loading={run.isPending} reason={runReason} onClick={() => setIsAsking(true)}>
            Run now
          </GatedButton>
        </PolicyFooter>
      }
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-5">
        {problem ? (
          <Callout
            tone="danger"
            title={problem.title}
            live
            action={isConflict(save.error) ? <Button onClick={onReload}>Load it again</Button> : undefined}
          >
            {problem.detail}
          </Callout>
        ) : null}
        <QuotaMeter tagCount={tagCount} tagQuota={tagQuota} />
        <FieldGroup label="Enable Status">
          <Checkbox
            label="Enable image lifecycle management"
            hint="Off, no repository is cleared by this policy; policies of single spaces and repositories go on."
            checked={isEnabled}
            disabled={!mayWrite}
            onCheckedChange={setIsEnabled}
          />
        </FieldGroup>
        <KeepFields
          draft={draft}
          problems={hasTried || !isEmpty ? problems : {}}
          quota={tagQuota}
          isReadOnly={!mayWrite}
          onChange={(next) => {
            setDraft(next);
            setShown(null);
            save.reset();
          }}
        />
        <p className="text-sm text-subtle">
          The unit is the tag: an image that keeps one of its tags stays and only loses the others. Untagged images and
          the tags of signatures are not counted. A tag whose push time is not known is reserved, and so is everything
          that is pinned, protected by a rule, in use, or pushed within the grace period. The first time that the quota
          starts it after a change, each registry space waits for a confirmation, unless the policy was previewed.
        </p>
        {shown ? (
          <section aria-label={shown.what === "preview" ? "What would go now" : "Runs"}>
            <h3 className="pb-1.5 font-medium">{shown.what === "preview" ? "What would go now" : "Runs"}</h3>
            <StartedRuns
              workspaceId={workspaceId}
              workspaceSlug={workspaceSlug}
              outcomes={shown.outcomes}
              label={shown.what === "preview" ? "Previews" : "Runs"}
            />
            {shown.outcomes.length === 0 ? <p className="text-muted">No registry space is covered by it.</p> : null}
          </section>
        ) : null}
        <div className="flex flex-col gap-2">
          <LastFiring workspaceSlug={workspaceSlug} lifecycle={lifecycle} />
          <Overrides workspaceSlug={workspaceSlug} lifecycle={lifecycle} />
        </div>
      </form>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title="Run the lifecycle policies now?"
        description={`Whatever the quota. Each registry space gets a run that clears every tag which its policy does not reserve${
          policy?.isEnabled ? ` (the workspace's reserves ${policy.keepText})` : ""
        }. Images that lose their last tag move to the recycle bin, from where they can be restored. Preview shows the numbers first.`}
        confirmLabel="Run now"
        tone="primary"
        onConfirm={async () => {
          const { outcomes } = await run.mutateAsync();
          setShown({ what: "run", outcomes });
        }}
      />
    </Dialog>
  );
}

function isSame(keep: LifecycleKeep | null, policy: LifecycleDto["policy"]): boolean {
  if (keep === null) return false;
  return keep.keepLatestTags === (policy?.keepLatestTags ?? null) && keep.keepDays === (policy?.keepDays ?? null);
}
