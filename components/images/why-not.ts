import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { missingPermissionText } from "../reclaim/gated-button";

/** Why this person cannot do something with the images of a space, in a sentence; null = they can. */
export function whyNot(
  permission: Permission,
  permissions: readonly Permission[],
  space: Pick<SpaceDto, "access" | "ownerName"> | undefined,
): string | null {
  if (space?.access === "reader") {
    return `This space belongs to ${space.ownerName ?? "another workspace"}: here its images can be browsed and pulled.`;
  }
  return permissions.includes(permission) ? null : missingPermissionText(permission);
}
