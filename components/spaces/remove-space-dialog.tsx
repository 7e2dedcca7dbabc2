"use client";

import { toast } from "sonner";
import type { SpaceDto } from "@/contracts/spaces";
import { count } from "../history/run-words";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { useRemoveSpace } from "./sharing-queries";

/** Asks before a space is removed from the console, with its name to be typed; says what stays. */
export function RemoveSpaceDialog({
  workspaceId,
  space,
  onClose,
  onRemoved,
}: {
  workspaceId: string;
  space: SpaceDto;
  onClose: () => void;
  onRemoved?: () => void;
}) {
  const remove = useRemoveSpace(workspaceId);
  return (
    <ConfirmDialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      title={`Remove ${space.name}?`}
      description={`Its ${count(space.imageCount, "image")} with ${count(space.tagCount, "tag")} stay in the registry, but nobody can push or pull them through this console any more. Its ${count(space.ruleCount, "rule")} will not run again. Its runs end here and are no longer shown; what happened is kept in the audit records. This workspace may take the prefix ${space.prefix} again; another one only from a platform admin.${
        space.boundTo.length === 0 ? "" : ` ${space.boundTo.join(", ")} can no longer read it.`
      }`}
      confirmLabel="Remove registry space"
      typedName={space.name}
      onConfirm={async () => {
        await remove.mutateAsync({ spaceId: space.id, typedName: space.name });
        toast.success(`${space.name} was removed`, {
          description: "This workspace may take its prefix and name again.",
        });
        onRemoved?.();
      }}
    />
  );
}
