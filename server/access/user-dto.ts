import type { UserDto } from "@/contracts/platform-people";
import { isPasswordHash } from "@/server/platform/auth/password";
import type { UserRow } from "./user.store";

/** A person as platform admins see them. */
export function userDto(row: UserRow): UserDto {
  const { id, email, name, isPlatformAdmin } = row;
  return {
    ...{ id, email, name, isPlatformAdmin },
    isDisabled: row.disabledAt !== null,
    hasPassword: isPasswordHash(row.passwordHash),
    workspaceCount: row._count.members,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.sessions[0]?.lastSeenAt.toISOString() ?? null,
  };
}
