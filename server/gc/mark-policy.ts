import { RECYCLE_BIN_PREFIX } from "@/domain/access/registry-scope";
import type { MarkPolicy } from "@/domain/gc/mark";
import { listPinnedDigests } from "@/server/images/list-pinned-digests";
import { env } from "@/server/platform/env";
import { listBinDigests, listRegistrySpaces } from "./gc.store";
import { listQuarantineNeeds } from "./quarantine.store";

const HOUR_MS = 3_600_000;

/**
 * What an online collection leaves alone because it was written since: fixed by when it was asked for, so that both marks, and every
 * attempt, keep at least what was pushed from then on, whatever the grace.
 */
export function graceCutoffMs(frozenNow: Date): number {
  return frozenNow.getTime() - env().RECLAIM_GRACE_HOURS * HOUR_MS;
}

/**
 * The roots of a registry besides its tags: all of the recycle bin, and what its entries name, moves that were interrupted among
 * them, and what is pinned, tagged or not. Blobs have no grace: the caller has drained the writers, or only wants to know. Untagged manifests have theirs all the same:
 * builds push by digest first, and list or tag what they pushed minutes or hours later. `workspaceId`: whose collection it is; untagged
 * manifests in spaces of other workspaces are theirs to delete, and those that lie in no space (any more) are nobody's: both stay. Null to
 * look at the registry as a whole.
 */
export async function markPolicy(
  registryId: string,
  deleteUntagged: boolean,
  workspaceId: string | null,
): Promise<MarkPolicy> {
  const graceMs = env().RECLAIM_GRACE_HOURS * HOUR_MS;
  const [spaces, ...digests] = await Promise.all([
    listRegistrySpaces(registryId),
    listBinDigests(registryId),
    listPinnedDigests(registryId),
    listQuarantineNeeds(registryId),
  ]);
  const own = spaces.filter((space) => workspaceId === null || space.workspaceId === workspaceId);
  return {
    deleteUntagged,
    keptRepositoryPrefixes: [RECYCLE_BIN_PREFIX],
    collectedPrefixes: own.map((space) => space.prefix),
    keptDigests: digests.flat(),
    keepWrittenAfterMs: null,
    keepRevisionsWrittenAfterMs: graceMs > 0 ? Date.now() - graceMs : null,
  };
}
