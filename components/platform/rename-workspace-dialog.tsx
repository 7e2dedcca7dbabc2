"use client";

import { useState } from "react";
import { toast } from "sonner";
import { type PlatformWorkspaceDto, renameWorkspace } from "@/contracts/platform-people";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { FormDialog } from "./form-dialog";
import { useRenameWorkspace } from "./people-queries";

/** Another name for a workspace. */
export function RenameWorkspaceDialog({
  workspace,
  onClose,
}: {
  workspace: PlatformWorkspaceDto;
  onClose: () => void;
}) {
  const rename = useRenameWorkspace();
  const [name, setName] = useState(workspace.name);
  const parsed = renameWorkspace.body.safeParse({ name });
  return (
    <FormDialog
      title={`Rename ${workspace.name}`}
      description={`Its address stays /w/${workspace.slug}.`}
      submitLabel="Rename"
      isPending={rename.isPending}
      error={rename.error}
      onClose={onClose}
      onSubmit={() => {
        if (!parsed.success) return;
        rename.mutate(
          { workspaceId: workspace.id, name: parsed.data.name },
          {
            onSuccess: (saved) => {
              onClose();
              toast.success(`It is called ${saved.name} now`);
            },
          },
        );
      }}
    >
      <Field label="Name" error={parsed.success ? undefined : parsed.error.issues[0]?.message}>
        <Input autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
