import { RECYCLE_BIN_PREFIX } from "@/domain/access/registry-scope";
import type { MarkPolicy } from "@/domain/gc/mark";
import { listBinDigests } from "./gc.store";

/**
 * The roots of a registry besides its tags: all of the recycle bin, and what its entries name, moves that were interrupted among
 * them. No grace: the caller has drained the writers, or only wants to know.
 */
export async function markPolicy(registryId: string, deleteUntagged: boolean): Promise<MarkPolicy> {
  return {
    deleteUntagged,
    keptRepositoryPrefixes: [`${RECYCLE_BIN_PREFIX}/`],
    keptDigests: await listBinDigests(registryId),
    keepWrittenAfterMs: null,
  };
}
