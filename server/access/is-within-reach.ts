import type { ActingToken } from "@/server/platform/auth/actor";

/** Whether somebody who acts through a token (null = they are there themselves) may see and end another one of theirs. */
export function isWithinReach(
  through: ActingToken | null,
  token: { id: string; madeThroughId: string | null },
): boolean {
  if (through === null || token.id === through.id || token.madeThroughId === through.id) return true;
  return through.role === "admin" && through.workspaceId === null && through.spaceIds === null;
}
