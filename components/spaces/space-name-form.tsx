"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { type SpaceDto, updateSpaceBodySchema } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { useUpdateSpace } from "./queries";

/** Renames the space. The name is only ours: nothing changes in the registry. */
export function SpaceNameForm({
  workspaceId,
  space,
  permissions,
}: {
  workspaceId: string;
  space: SpaceDto;
  permissions: readonly Permission[];
}) {
  const [name, setName] = useState(space.name);
  const [wrong, setWrong] = useState<string>();
  const update = useUpdateSpace(workspaceId, space.id);
  const mayWrite = permissions.includes("spaces.write");
  const isChanged = name.trim() !== space.name;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const checked = updateSpaceBodySchema.safeParse({ name });
    if (!checked.success) {
      setWrong(checked.error.issues[0]?.message);
      return;
    }
    update.mutate(checked.data, { onSuccess: (saved) => toast.success(`It is called ${saved.name} now`) });
  };

  return (
    <form onSubmit={submit} className="flex items-start gap-2 narrow:flex-col narrow:items-stretch">
      <Field
        label="Name"
        hint="Also what you type to confirm a purge."
        error={wrong ?? problemOf(update.error)?.detail}
        className="max-w-sm flex-1 narrow:max-w-none"
      >
        <Input
          value={name}
          readOnly={!mayWrite}
          onChange={(event) => {
            setName(event.target.value);
            setWrong(undefined);
            update.reset();
          }}
          autoComplete="off"
        />
      </Field>
      <GatedButton
        type="submit"
        className="mt-[26px] narrow:mt-0"
        loading={update.isPending}
        disabled={mayWrite && !isChanged}
        reason={mayWrite ? null : missingPermissionText("spaces.write")}
      >
        Rename
      </GatedButton>
    </form>
  );
}
