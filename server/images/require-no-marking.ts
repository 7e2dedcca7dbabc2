import { type GcPhase, MARKING_ON } from "@/domain/gc/phases";
import { AppError } from "@/server/platform/app-error";
import type { Transaction } from "@/server/platform/db/prisma";
import { findCollectionWithUntagged, holdRegistry } from "./pin.store";

/**
 * Refuses a new or longer pin while a collection of the registry that takes untagged manifests is past the point where it reads the pins:
 * it could delete the image all the same. Until the transaction ends no collection reads them without it. First in a transaction, before
 * any space is locked.
 * @throws AppError conflict, with which collection it is and when to ask again
 */
export async function requireNoMarking(
  tx: Transaction,
  place: { registryId: string; workspaceId: string },
): Promise<void> {
  await holdRegistry(tx, place.registryId);
  const run = await findCollectionWithUntagged(tx, place.registryId, MARKING_ON);
  if (run === null) return;
  const whose = run.workspaceId === place.workspaceId ? ` that ${run.requestedByName} started` : "";
  const since = run.startedAt === null ? "" : ` at ${run.startedAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  throw new AppError(
    "conflict",
    `A garbage collection of this registry${whose}${since} deletes untagged manifests, and has begun to (${DOING[run.phase] ?? run.phase}). A pin could come too late for it. Try again when it has ended, or cancel it first.`,
  );
}

const DOING: Partial<Record<string, string>> = {
  marking: "it marks what is needed",
  sweeping: "it sweeps",
  re_marking: "it marks once more what is needed",
  finishing: "it is about to end",
} satisfies Partial<Record<GcPhase, string>>;
