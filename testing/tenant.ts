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
  const registryId = options.registryId ?? newId("reg");
  // Test spaces are small, and their rules take most of them: only tests of the confirmation ask for it.
  const confirmSharePercent = options.confirmSharePercent ?? 100;
  // One statement for all three: there are hundreds of tenants in a run of the tests.
  await prisma().$executeRaw`
    WITH workspace AS (
      INSERT INTO workspaces (id, slug, name) VALUES (${workspaceId}, ${`${name}-${workspaceId.slice(-6)}`}, ${name})
    ), registry AS (
      INSERT INTO registries (id, name, url, auth, storage_root, gc_enabled_at)
      SELECT ${registryId}, 'registry', ${options.registryUrl ?? `http://127.0.0.1:1/${registryId}`},
        ${options.auth ?? "none"}::"RegistryAuth", ${options.storageRoot ?? null}, now()
      WHERE ${options.registryId === undefined}
    )
    INSERT INTO spaces (id, workspace_id, registry_id, name, prefix, confirm_share_percent)
    VALUES (${spaceId}, ${workspaceId}, ${registryId}, ${name}, ${options.prefix ?? name}, ${confirmSharePercent})`;
  return { scope: systemScope(workspaceId, { name: "a test" }), workspaceId, registryId, spaceId };
}
