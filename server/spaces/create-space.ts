import type { SpaceDto } from "@/contracts/spaces";
import { prefixProblem } from "@/domain/spaces/prefix";
import { keepWorkspace } from "@/server/access/keep-workspace";
import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { enqueueCrawl } from "@/server/registries/enqueue-crawl";
import { findRegistry } from "@/server/registries/find-registry";
import { isPlatformAdmin } from "@/server/registries/platform-admin";
import { getSpace } from "./get-space";
import { insertSpace, listFormerPrefixes, lockPrefixes } from "./space.store";

/**
 * Creates a registry space and has the registry read for it.
 * @throws AppError not_found (registry; a workspace that is deleted meanwhile), unprocessable (prefix taken or reserved), forbidden (prefix was another workspace's before),
 * conflict (name taken)
 */
export async function createSpace(
  scope: WorkspaceScope,
  input: { name: string; registryId: string; prefix: string },
): Promise<SpaceDto> {
  const registry = await findRegistry(scope, input.registryId);
  if (!registry) throw notFound();
  const spaceId = newId("spc");
  try {
    await prisma().$transaction(async (tx) => {
      await keepWorkspace(tx, scope.workspaceId);
      const problem = prefixProblem(input.prefix, await lockPrefixes(tx, registry.id));
      if (problem?.kind === "reserved")
        throw new AppError("unprocessable", "recyclebin is reserved for the recycle bin. Choose another prefix.");
      // Whose prefix it overlaps with is not said: it may be another workspace's.
      if (problem)
        throw new AppError(
          "unprocessable",
          "This prefix overlaps with that of another registry space. Choose another prefix.",
        );
      // Images stay in the registry when a space is removed: with its prefix, somebody else would be given them.
      const wasOthers =
        prefixProblem(input.prefix, await listFormerPrefixes(tx, registry.id, scope.workspaceId)) !== null;
      if (wasOthers && !isPlatformAdmin(scope))
        throw new AppError(
          "forbidden",
          "This prefix was in use before: only a platform admin can give it to a workspace. Choose another prefix, or ask one.",
        );
      await insertSpace(tx, {
        id: spaceId,
        workspaceId: scope.workspaceId,
        registryId: registry.id,
        name: input.name,
        prefix: input.prefix,
      });
      await recordAudit(tx, {
        workspaceId: scope.workspaceId,
        spaceId,
        actor: scope.actor,
        action: "spaces.create",
        resourceType: "space",
        resourceId: spaceId,
        data: { name: input.name, prefix: input.prefix },
      });
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new AppError("conflict", "A registry space of this name exists already. Choose another name.");
    throw error;
  }
  await enqueueCrawl(registry.id, { trigger: "first", spaceId });
  return getSpace(scope, { spaceId });
}
