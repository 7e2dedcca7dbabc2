import type { PinDto } from "@/contracts/pins";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import type { ReadableSpace } from "@/server/spaces/require-readable-space";
import type { PinRow } from "./pin.store";

/** Whether somebody may change or end a pin: its owner, or an admin of the workspace whose space it is in. */
function mayChangePin(scope: WorkspaceScope, pin: Pick<PinRow, "ownerId">, workspaceId: string): boolean {
  if (scope.workspaceId !== workspaceId || !scope.can("images.pin")) return false;
  return scope.role === "admin" || (scope.actor.kind === "user" && scope.actor.userId === pin.ownerId);
}

/** @throws AppError forbidden */
export function requirePinOwner(scope: WorkspaceScope, pin: PinRow, workspaceId: string): void {
  if (mayChangePin(scope, pin, workspaceId)) return;
  throw new AppError(
    "forbidden",
    `This pin is of ${pin.ownerName}. Only they and workspace admins can change or end it.`,
  );
}

/** @throws AppError unprocessable for a time that has passed */
export function requireFuture(expiresAt: Date | null): void {
  if (expiresAt === null || expiresAt.getTime() > Date.now()) return;
  throw new AppError("unprocessable", "Choose a time in the future for the pin to end.", [
    { path: "expiresAt", message: "has passed" },
  ]);
}

/** Why something is pinned, and by whom: nothing that who reads a space of another workspace is told. */
export function pinWords(
  space: Pick<ReadableSpace, "access">,
  { reason, ownerName }: Pick<PinRow, "reason" | "ownerName">,
): Pick<PinRow, "reason" | "ownerName"> {
  return space.access === "owner" ? { reason, ownerName } : { reason: "", ownerName: "" };
}

/** A pin as the API shows it to somebody. */
export function pinDto(scope: WorkspaceScope, row: PinRow, workspaceId: string): PinDto {
  const { id, repositoryName, digest, tags, isGone, reason, ownerName } = row;
  return {
    ...{ id, repositoryName, digest, tags, isGone, reason, ownerName },
    isMine: mayChangePin(scope, row, workspaceId),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
  };
}
