import { directQuery } from "@/server/platform/db/direct-query";
import { type Prisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";

export type RegistryRecord = Prisma.RegistryGetPayload<object>;

/** Registries of the platform and those of this workspace. */
export function listRegistryRows(workspaceId: string): Promise<RegistryRecord[]> {
  return prisma().registry.findMany({
    where: { detachedAt: null, OR: [{ workspaceId: null }, { workspaceId }] },
    orderBy: { name: "asc" },
  });
}

export function findUsableRegistry(workspaceId: string, registryId: string): Promise<RegistryRecord | null> {
  return prisma().registry.findFirst({
    where: { id: registryId, detachedAt: null, OR: [{ workspaceId: null }, { workspaceId }] },
  });
}

/** For the worker and the token server, which act for the registry and not for a tenant. */
export function findRegistryById(registryId: string): Promise<RegistryRecord | null> {
  return prisma().registry.findFirst({ where: { id: registryId, detachedAt: null } });
}

export function listAllRegistries(): Promise<RegistryRecord[]> {
  return prisma().registry.findMany({ where: { detachedAt: null }, orderBy: { createdAt: "asc" } });
}

/**
 * The registry whose token server this console is: the one that it runs with, where the settings say so. Rows of registries that it ran
 * with before may still be there, and a token by their spaces, or their read-only mode, would be the wrong one's.
 */
export async function findConsoleRegistry(): Promise<RegistryRecord | null> {
  const { REGISTRY_URL: url } = env();
  const installed =
    url === undefined ? null : await prisma().registry.findFirst({ where: { auth: "console", url, detachedAt: null } });
  return (
    installed ??
    prisma().registry.findFirst({ where: { auth: "console", detachedAt: null }, orderBy: { createdAt: "asc" } })
  );
}

/** The run that holds a registry read-only, whoever's it is. */
export async function findReadOnlyRun(
  runId: string,
): Promise<{ id: string; workspaceId: string; spaceId: string; phase: string } | null> {
  return prisma().run.findUnique({
    where: { id: runId },
    select: { id: true, workspaceId: true, spaceId: true, phase: true },
  });
}

/**
 * Reserves a write token: stores its expiry before the token is answered, and only while the registry is not read-only.
 * One statement, so that a collection either sees the expiry it has to wait for, or the writer sees read-only.
 */
export async function reserveWriteToken(registryId: string, expiresAt: Date): Promise<boolean> {
  const rows = await directQuery<{ id: string }>({
    name: "reserve-write-token",
    text: `
      UPDATE registries SET last_write_token_expires_at = greatest(last_write_token_expires_at, $2)
      WHERE id = $1 AND read_only_run_id IS NULL RETURNING id`,
    values: [registryId, expiresAt],
  });
  return rows.length === 1;
}
