"use client";

import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import type { SpaceLifecycleDto } from "@/contracts/lifecycle";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Dialog } from "../ui/dialog";
import { problemOf } from "../ui/problem-of";
import { isConflict } from "./is-conflict";
import { draftOf, readKeep } from "./keep-draft";
import { KeepFields } from "./keep-fields";
import { PolicyFooter } from "./policy-footer";
import { inheritedText } from "./policy-words";
import {
  type PolicyPlace,
  usePreviewSpaceLifecycle,
  useRemoveSpaceLifecycle,
  useSetSpaceLifecycle,
  useSpaceLifecycle,
} from "./queries";
import { QuotaMeter } from "./quota-meter";
import { StartedRuns } from "./started-runs";

type ClearingPolicyDialogProps = {
  place: PolicyPlace;
  /** What the place is called: a repository without the prefix of its space, or the space. */
  name: string;
  workspaceSlug: string;
  permissions: readonly Permission[];
  lifecycle: SpaceLifecycleDto;
  onClose: () => void;
};

/** The window of a repository's (or a space's) own automatic clearing policy, with the same fields and limit as the workspace's. */
export function ClearingPolicyDialog({
  place,
  name,
  workspaceSlug,
  permissions,
  lifecycle,
  onClose,
}: ClearingPolicyDialogProps) {
  const formId = useId();
  const { inherited, workspaceTagCount, tagQuota, tagCount } = lifecycle;
  // What is typed belongs to the revision that was read when the window opened, whatever is read meanwhile.
  const [own, setOwn] = useState(lifecycle.own);
  const [draft, setDraft] = useState(draftOf(own));
  const [hasTried, setHasTried] = useState(false);
  const save = useSetSpaceLifecycle(place);
  const remove = useRemoveSpaceLifecycle(place);
  const preview = usePreviewSpaceLifecycle(place);
  const current = useSpaceLifecycle(place);
  const { keep, problems } = readKeep(draft, tagQuota);
  const mayWrite = permissions.includes("rules.write");
  const isEmpty = draft.keepLatestTags.trim() === "" && draft.keepDays.trim() === "";
  const isPending = save.isPending || remove.isPending;
  const problem = problemOf(save.error ?? remove.error ?? preview.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setHasTried(true);
    if (keep === null || !mayWrite || isPending) return;
    save.mutate(
      { revision: own?.revision ?? 0, ...keep },
      {
        onSuccess: (saved) => {
          onClose();
          toast.success(`${name} has a policy of its own now: it reserves ${saved.own?.keepText ?? ""}`);
        },
      },
    );
  };
  const reload = async () => {
    const { data: now } = await current.refetch();
    if (!now) return;
    setOwn(now.own);
    setDraft(draftOf(now.own));
    save.reset();
  };
  const previewed = preview.data;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !isPending) onClose();
      }}
      title="Setting Automatic Clearing Policy"
      description={
        place.repository === null
          ? `Of every repository in ${name} that has none of its own. It outranks the workspace's.`
          : `Of the repository ${name} alone. It outranks the policies of its space and its workspace.`
      }
      footer={
        <PolicyFooter
          formId={formId}
          permissions={permissions}
          isEmpty={isEmpty}
          isPreviewing={preview.isPending}
          isSaving={save.isPending}
          isBusy={isPending}
          onPreview={() => {
            setHasTried(true);
            if (keep !== null) preview.mutate(keep);
          }}
          onCancel={onClose}
        >
          {own ? (
            <GatedButton
              loading={remove.isPending}
              reason={mayWrite ? null : missingPermissionText("rules.write")}
              onClick={() =>
                remove.mutate(undefined, {
                  onSuccess: () => {
                    onClose();
                    toast.success(`${name} has no policy of its own any more. ${inheritedText(inherited)}`);
                  },
                })
              }
            >
              Remove
            </GatedButton>
          ) : null}
        </PolicyFooter>
      }
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-5">
        {problem ? (
          <Callout
            tone="danger"
            title={problem.title}
            live
            action={isConflict(save.error) ? <Button onClick={reload}>Load it again</Button> : undefined}
          >
            {problem.detail}
          </Callout>
        ) : null}
        <KeepFields
          draft={draft}
          problems={hasTried || !isEmpty ? problems : {}}
          quota={tagQuota}
          isReadOnly={!mayWrite}
          onChange={(next) => {
            setDraft(next);
            preview.reset();
            save.reset();
          }}
        />
        <QuotaMeter tagCount={workspaceTagCount} tagQuota={tagQuota} />
        <p className="text-sm text-subtle">
          The unit is the tag; {name} has {tagCount.toLocaleString("en-US")} now. Runs with the workspace's policies
          when the quota is reached; the first time after a change that run waits for a confirmation, unless it was
          previewed. {own ? "Without it: " : "Until it is set: "}
          {inheritedText(inherited)}
        </p>
        {previewed ? (
          <section aria-label="What would go now">
            <h3 className="pb-1.5 font-medium">What would go now</h3>
            <StartedRuns
              workspaceId={place.workspaceId}
              workspaceSlug={workspaceSlug}
              label="Preview"
              outcomes={[{ spaceId: place.spaceId, spaceName: name, runId: previewed.id, skippedReason: null }]}
            />
          </section>
        ) : null}
      </form>
    </Dialog>
  );
}
