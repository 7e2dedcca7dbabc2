import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";

const READING: readonly Permission[] = ["workspace.read", "spaces.read", "images.read"];

/** What somebody may do in a space: in one that belongs to another workspace, whatever their role is here, only read images. */
export function permissionsIn(
  space: Pick<SpaceDto, "access"> | undefined,
  permissions: readonly Permission[],
): readonly Permission[] {
  return space?.access === "reader" ? permissions.filter((permission) => READING.includes(permission)) : permissions;
}
