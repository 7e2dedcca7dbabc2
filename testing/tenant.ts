import { systemScope, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";

export interface TestTenant {
  scope: WorkspaceScope;
  workspaceId: string;
  registryId: string;
  spaceId: string;
}

/** A workspace with one registry and one space, straight in the database; acts as the system. */
export async function createTestTenant(
  options: {
    name?: string;
    prefix?: string;
    registryId?: string;
    registryUrl?: string;
    storageRoot?: string | null;
    auth?: "console" | "none";
    confirmSharePercent?: number;
  } = {},
): Promise<TestTenant> {
  const name = options.name ?? "acme";
  const workspaceId = newId("ws");
  const spaceId = newId("spc");
  await prisma().workspace.create({ data: { id: workspaceId, slug: `${name}-${workspaceId.slice(-6)}`, name } });
  const registryId = options.registryId ?? newId("reg");
  if (!options.registryId) {
    await prisma().registry.create({
      data: {
        id: registryId,
        name: "registry",
        url: options.registryUrl ?? `http://127.0.0.1:1/${registryId}`,
        auth: options.auth ?? "none",
        storageRoot: options.storageRoot ?? null,
        gcEnabledAt: new Date(),
      },
    });
  }
  // Test spaces are small, and their rules take most of them: only tests of the confirmation ask for it.
  const confirmSharePercent = options.confirmSharePercent ?? 100;
  await prisma().space.create({
    data: { id: spaceId, workspaceId, registryId, name, prefix: options.prefix ?? name, confirmSharePercent },
  });
  return { scope: systemScope(workspaceId, { name: "a test" }), workspaceId, registryId, spaceId };
}
