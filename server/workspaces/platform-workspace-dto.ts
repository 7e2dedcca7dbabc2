import type { PlatformWorkspaceDto } from "@/contracts/platform-people";
import type { PlatformWorkspaceRow } from "./platform-workspace.store";

/** A workspace as platform admins see it: what it owns, not what is in it. */
export function platformWorkspaceDto(row: PlatformWorkspaceRow): PlatformWorkspaceDto {
  const { id, slug, name, registryCount } = row;
  return {
    ...{ id, slug, name, registryCount },
    createdAt: row.createdAt.toISOString(),
    memberCount: row._count.members,
    admins: row.members.map(({ user }) => ({ userId: user.id, name: user.name, email: user.email })),
    spaceCount: row._count.spaces,
  };
}
