"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { RemoveSpaceDialog } from "./remove-space-dialog";

/** Why a space cannot be removed now; null = it can. */
export function removalReason(space: SpaceDto, permissions: readonly Permission[]): string | null {
  if (!permissions.includes("spaces.write")) return missingPermissionText("spaces.write");
  if (space.activeRunCount > 0) return "A run is in progress. Wait for it, or cancel it first.";
  if (space.binEntryCount > 0) return "Its recycle bin is not empty. Restore or purge what is in it first.";
  return null;
}

/** The way out: removes the space from the console and leads back to the list. */
export function RemoveSpaceSection({
  workspaceId,
  workspaceSlug,
  space,
  permissions,
}: {
  workspaceId: string;
  workspaceSlug: string;
  space: SpaceDto;
  permissions: readonly Permission[];
}) {
  const router = useRouter();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <GatedButton
        variant="danger"
        icon={<Trash2 aria-hidden="true" />}
        reason={removalReason(space, permissions)}
        onClick={() => setIsAsking(true)}
      >
        Remove registry space…
      </GatedButton>
      {isAsking ? (
        <RemoveSpaceDialog
          workspaceId={workspaceId}
          space={space}
          onClose={() => setIsAsking(false)}
          onRemoved={() => router.push(`/w/${workspaceSlug}/spaces`)}
        />
      ) : null}
    </>
  );
}
