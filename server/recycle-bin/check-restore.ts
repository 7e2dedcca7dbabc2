import type { OutputOf } from "@/contracts/operation";
import type { checkRestore as checkRestoreOperation } from "@/contracts/recycle-bin";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { RegistryError } from "@/server/platform/registry/registry-error";
import { openRegistry } from "@/server/registries/open-registry";
import { requireSpace } from "@/server/spaces/require-space";
import { listEntryTags } from "./recycle-bin.store";

type Conflicts = OutputOf<typeof checkRestoreOperation>;
const PARALLEL_LOOKS = 16;

/**
 * Asks the registry which tags of these entries name another image by now.
 * @throws AppError not_found (space, entry), unavailable (the registry does not answer)
 */
export async function checkRestore(
  scope: WorkspaceScope,
  input: { spaceId: string; entryIds: readonly string[] },
): Promise<Conflicts> {
  const space = await requireSpace(scope, input.spaceId);
  const tags = await listEntryTags(scope.workspaceId, space.id, input.entryIds);
  if (new Set(tags.map((tag) => tag.entryId)).size < new Set(input.entryIds).size) throw notFound();
  const adapter = await openRegistry(space.registry);
  const conflicts: Conflicts["conflicts"] = [];
  try {
    await forEachLimited(tags, PARALLEL_LOOKS, async ({ entryId, repositoryName, tag, digest }) => {
      if (tag === null) return;
      const current = await adapter.resolve(repositoryName, tag);
      if (current !== null && current.digest !== digest)
        conflicts.push({ entryId, repositoryName, tag, recordedDigest: digest, currentDigest: current.digest });
    });
  } catch (error) {
    if (error instanceof RegistryError)
      throw new AppError("unavailable", `The registry could not be asked: ${error.message}`);
    throw error;
  }
  conflicts.sort((a, b) => `${a.repositoryName}:${a.tag}`.localeCompare(`${b.repositoryName}:${b.tag}`, "en"));
  return { conflicts };
}
