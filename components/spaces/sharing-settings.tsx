"use client";

import { useState } from "react";
import { toast } from "sonner";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { problemOf } from "../ui/problem-of";
import { Switch } from "../ui/switch";
import { useMe } from "../workspaces/queries";
import { BindingsDialog } from "./bindings-dialog";
import { useUpdateSpace } from "./queries";

/** Who else may read the space: other workspaces by name, or all of them. */
export function SharingSettings({
  workspaceId,
  space,
  permissions,
}: {
  workspaceId: string;
  space: SpaceDto;
  permissions: readonly Permission[];
}) {
  const [isBinding, setIsBinding] = useState(false);
  const me = useMe();
  const update = useUpdateSpace(workspaceId, space.id);
  const mayWrite = permissions.includes("spaces.write");
  const isPlatformAdmin = me.data?.user.isPlatformAdmin ?? false;
  const setPublic = (isPublic: boolean) =>
    update.mutate(
      { isPublic },
      {
        onSuccess: (saved) => toast.success(`${saved.name} is ${saved.isPublic ? "public" : "private"} now`),
        onError: (error) => toast.error(problemOf(error)?.detail ?? "It was not changed"),
      },
    );
  return (
    <div className="flex max-w-2xl flex-col gap-5">
      <div className="flex items-center gap-3">
        <p className="min-w-0 flex-1">
          {space.boundTo.length === 0 ? (
            <span className="text-muted">No binding</span>
          ) : (
            <>
              Bound to <span className="font-medium">{space.boundTo.join(", ")}</span>
            </>
          )}
        </p>
        <GatedButton
          reason={mayWrite ? null : missingPermissionText("spaces.write")}
          onClick={() => setIsBinding(true)}
        >
          Bind workspaces…
        </GatedButton>
      </div>
      <Switch
        label="Public"
        hint={
          isPlatformAdmin
            ? "Every workspace may browse and pull its images."
            : "Every workspace may browse and pull its images. Only platform admins change this."
        }
        checked={space.isPublic}
        onCheckedChange={setPublic}
        disabled={!isPlatformAdmin || !mayWrite || update.isPending}
      />
      {isBinding ? (
        <BindingsDialog workspaceId={workspaceId} space={space} onClose={() => setIsBinding(false)} />
      ) : null}
    </div>
  );
}
