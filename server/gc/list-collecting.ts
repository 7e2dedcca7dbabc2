import type { CollectingDto } from "@/contracts/gc";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { estimateCollection } from "./estimate-collection";
import { listFeltCollections } from "./gc-overview.store";

/** Registries that this workspace may use and that are being collected now. Whose run it is, is only said when it is our own. */
export async function listCollecting(scope: WorkspaceScope): Promise<{ items: CollectingDto[] }> {
  const felt = await listFeltCollections(scope.workspaceId);
  const items = await Promise.all(
    felt.map(async ({ registryId, registryName, phase, isReadOnly, since, ...run }) => {
      const estimate = await estimateCollection(registryId);
      const endsMs = estimate ? since.getTime() + estimate.seconds * 1000 : 0;
      return {
        ...{ registryId, registryName, phase, since: since.toISOString() },
        mode: isReadOnly ? ("read_only" as const) : ("online" as const),
        endsAbout: endsMs > Date.now() ? new Date(endsMs).toISOString() : null,
        run: run.workspaceId === scope.workspaceId ? { id: run.runId, spaceId: run.spaceId } : null,
      };
    }),
  );
  return { items };
}
