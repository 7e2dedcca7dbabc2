"use client";

import { PlugZap } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import type { RegistryDto } from "@/contracts/registries";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { Dialog } from "../ui/dialog";
import { problemOf } from "../ui/problem-of";
import { useAttachRegistry, useTestRegistry, useUpdateRegistry } from "./queries";
import { changeBody, connectionBody, draftOf, draftProblems, EMPTY_DRAFT, type RegistryDraft } from "./registry-draft";
import { RegistryForm } from "./registry-form";
import { RegistryReport } from "./registry-report";

export type RegistryDialogProps = {
  workspaceId: string;
  workspaceName: string;
  isPlatformAdmin: boolean;
  /** the registry to edit; null = a new one is attached */
  registry: RegistryDto | null;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Attaches a registry, or edits one: what is written can be tested first, and is tested in any case before it is kept. */
export function RegistryDialog(props: RegistryDialogProps) {
  // Made anew each time: an earlier draft and its password are gone.
  return props.open ? <OpenDialog key={props.registry?.id ?? "new"} {...props} /> : null;
}

function OpenDialog({ workspaceId, workspaceName, isPlatformAdmin, registry, onOpenChange }: RegistryDialogProps) {
  const formId = useId();
  const [before] = useState<RegistryDraft>(registry ? draftOf(registry) : EMPTY_DRAFT);
  const [draft, setDraft] = useState(before);
  const [isLeaving, setIsLeaving] = useState(false);
  const [isChecked, setIsChecked] = useState(false);
  const test = useTestRegistry(workspaceId);
  const attach = useAttachRegistry(workspaceId);
  const update = useUpdateRegistry(workspaceId);
  const save = registry ? update : attach;
  const kept = registry?.hasPassword ? registry : null;
  const problems = draftProblems(draft, kept, registry?.storageS3 ?? null);
  const isSaving = save.isPending;
  const failure = problemOf(save.error ?? test.error);

  const change = (patch: Partial<RegistryDraft>) => {
    setDraft((before) => ({ ...before, ...patch }));
    // What was found belongs to what was tested; a name is no part of it.
    if (Object.keys(patch).some((key) => key !== "name")) test.reset();
    save.reset();
  };
  const runTest = () => {
    setIsChecked(true);
    const { name: _, ...connection } = problems;
    if (Object.keys(connection).length > 0) return;
    save.reset();
    test.mutate({ ...connectionBody(draft), ...(registry ? { registryId: registry.id } : {}) });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsChecked(true);
    if (Object.keys(problems).length > 0 || isSaving) return;
    // Saving tests again: what both find would be said twice.
    test.reset();
    const saved = await (registry
      ? update.mutateAsync({ registryId: registry.id, body: changeBody(draft, registry) })
      : attach.mutateAsync({ name: draft.name.trim(), ...connectionBody(draft) })
    ).catch(() => undefined);
    if (!saved) return;
    onOpenChange(false);
    if (registry) toast.success(`${saved.name} was changed`);
    else
      toast.success(`${saved.name} is attached`, { description: "Create a registry space on it to see its images." });
  };

  return (
    <>
      <Dialog
        open
        onOpenChange={(isOpen) => {
          if (isSaving) return;
          // A key pressed by mistake does not take away what was typed.
          if (!isOpen && JSON.stringify(draft) !== JSON.stringify(before)) setIsLeaving(true);
          else onOpenChange(isOpen);
        }}
        title={registry ? `Edit ${registry.name}` : "Attach a registry"}
        description={
          registry
            ? "Changes to the connection are tested before they are kept."
            : "A registry that runs already, whose images are to be browsed and reclaimed here. It is tested before it is attached."
        }
        size="lg"
        footer={
          <>
            <Button
              className="mr-auto"
              icon={<PlugZap aria-hidden="true" />}
              onClick={runTest}
              loading={test.isPending}
              disabled={isSaving}
            >
              Test connection
            </Button>
            <Button onClick={() => onOpenChange(false)} disabled={isSaving}>
              Cancel
            </Button>
            <Button type="submit" form={formId} variant="primary" loading={isSaving}>
              {registry ? "Save changes" : "Attach registry"}
            </Button>
          </>
        }
      >
        <form id={formId} method="post" onSubmit={submit} noValidate className="flex flex-col gap-5">
          <RegistryForm
            draft={draft}
            onChange={change}
            problems={isChecked ? problems : {}}
            isEdited={registry !== null}
            hasPassword={kept !== null}
            hasBucketSecret={registry?.storageS3 != null}
            isPlatformAdmin={isPlatformAdmin}
            workspaceName={workspaceName}
          />
          <div aria-live="polite" className="flex flex-col gap-3 empty:hidden">
            {failure ? (
              <Callout tone="danger" title={registry ? "It was not changed" : "It was not attached"}>
                {failure.detail ?? failure.title}
              </Callout>
            ) : null}
            {test.data ? (
              <>
                <Callout
                  tone={test.data.isAttachable ? "positive" : "danger"}
                  title={
                    test.data.isAttachable
                      ? "The registry can be attached like this"
                      : "The registry cannot be attached like this"
                  }
                />
                <RegistryReport report={test.data} />
              </>
            ) : null}
          </div>
        </form>
      </Dialog>
      <ConfirmDialog
        open={isLeaving}
        onOpenChange={setIsLeaving}
        title={registry ? "Leave without saving?" : "Leave without attaching?"}
        description="What was typed here is lost, the password included."
        confirmLabel="Leave"
        cancelLabel="Stay"
        onConfirm={() => onOpenChange(false)}
      />
    </>
  );
}
