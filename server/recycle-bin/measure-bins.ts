import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { measureBinBytes } from "./recycle-bin.store";

/** Bytes that only the recycle bins of these spaces keep, by space id; what a purge of everything would leave unused. */
export function measureBins(scope: WorkspaceScope, spaceIds: readonly string[]): Promise<Map<string, number>> {
  return measureBinBytes(scope.workspaceId, spaceIds);
}
