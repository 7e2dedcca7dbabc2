import type { InvitationDto } from "@/contracts/members";
import type { InvitationRow } from "./invitation.store";

export function invitationDto(row: InvitationRow): InvitationDto {
  const { id, email, role, invitedByName } = row;
  return {
    ...{ id, email, role, invitedByName },
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    isExpired: row.expiresAt.getTime() <= Date.now(),
  };
}
