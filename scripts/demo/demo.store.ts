import type { S3Access } from "@/domain/registries/s3-location";
import { refreshImages } from "@/server/images/refresh-images";
import { hashPassword, verifyPassword } from "@/server/platform/auth/password";
import { encryptSecret } from "@/server/platform/crypto/secret-box";
import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { bucketRow } from "@/server/registries/bucket-access";
import type { PushedDemoImage } from "./demo-content";

/** The registry that this installation runs with. */
export interface InstalledRegistry {
  name: string;
  url: string;
  storageRoot: string | null;
  /** Where its blobs are instead of a folder. */
  bucket: S3Access | null;
  auth: "console" | "basic" | "none";
  username: string | null;
  password: string | null;
}

/** The registry's row as the settings say it now; its port or folder may have changed since the last start. */
export async function upsertRegistry(registry: InstalledRegistry): Promise<{ id: string }> {
  const { name, url, storageRoot, auth, username } = registry;
  const passwordEncrypted = registry.password === null ? null : encryptSecret(registry.password);
  const row = {
    ...{ workspaceId: null, name, url, storageRoot, auth, username, passwordEncrypted },
    ...bucketRow(registry.bucket),
  };
  // By its address also where somebody attached it before: whose settings the console is started with, that is its registry.
  const find = (where: { url: string } | { workspaceId: null; auth: "console" }) =>
    prisma().registry.findFirst({ where: { detachedAt: null, ...where }, orderBy: { createdAt: "asc" } });
  const found = (await find({ url })) ?? (auth === "console" ? await find({ workspaceId: null, auth }) : null);
  if (found) return prisma().registry.update({ where: { id: found.id }, data: row, select: { id: true } });
  // Whoever runs the installation enables collection by installing it; registries that are attached later ask first.
  return prisma().registry.create({
    data: { id: newId("reg"), ...row, gcEnabledAt: new Date() },
    select: { id: true },
  });
}

export async function hasUsers(): Promise<boolean> {
  return (await prisma().user.count()) > 0;
}

export async function isDemoUser(email: string): Promise<boolean> {
  return (await prisma().user.count({ where: { email } })) === 1;
}

/** Whether somebody can sign in with this address and password. */
export async function canSignIn(email: string, password: string): Promise<boolean> {
  const user = await prisma().user.findUnique({ where: { email }, select: { passwordHash: true, disabledAt: true } });
  return user !== null && user.disabledAt === null && (await verifyPassword(password, user.passwordHash));
}

export interface FirstUser {
  email: string;
  name: string;
  password: string;
  role: "admin" | "editor" | "viewer";
  isPlatformAdmin: boolean;
}

/** The first workspace with its people, and its space where there is a demo to put into it; one transaction. */
export async function insertFirstWorkspace(input: {
  slug: string;
  name: string;
  users: readonly FirstUser[];
  space: { registryId: string; name: string; prefix: string } | null;
}): Promise<{ workspaceId: string; spaceId: string | null }> {
  const hashed = await Promise.all(
    input.users.map(async (user) => ({ ...user, passwordHash: await hashPassword(user.password) })),
  );
  return prisma().$transaction(async (tx) => {
    const workspaceId = newId("ws");
    await tx.workspace.create({ data: { id: workspaceId, slug: input.slug, name: input.name } });
    for (const { email, name, passwordHash, role, isPlatformAdmin } of hashed) {
      const userId = newId("usr");
      await tx.user.create({ data: { id: userId, email, name, passwordHash, isPlatformAdmin } });
      await tx.member.create({ data: { workspaceId, userId, role } });
    }
    if (!input.space) return { workspaceId, spaceId: null };
    const spaceId = newId("spc");
    await tx.space.create({ data: { id: spaceId, workspaceId, ...input.space } });
    return { workspaceId, spaceId };
  });
}

/** Whether the demo was pushed and dated whole: an interrupted first start goes on where it stopped. */
export async function isDemoDated(): Promise<boolean> {
  return (await prisma().repositoryManifest.count({ where: { pushedAtSource: "demo" } })) > 0;
}

export async function findDemoSpace(prefix: string): Promise<{ id: string; registryId: string } | null> {
  return prisma().space.findFirst({ where: { prefix, removedAt: null }, select: { id: true, registryId: true } });
}

/** Spreads the demo's push times over the year it pretends to be; the marker `demo` says so on screen. */
export async function backdateImages(registryId: string, images: readonly PushedDemoImage[]): Promise<void> {
  const rows = JSON.stringify(
    images.map(({ repository, tag, digest, pushedAt }) => ({ repository, tag, digest, at: pushedAt.toISOString() })),
  );
  await prisma().$transaction(async (tx) => {
    await tx.$executeRaw`
      UPDATE repository_manifests rm SET pushed_at = d.at, pushed_at_source = 'demo',
        untagged_since = CASE WHEN rm.untagged_since IS NULL THEN NULL ELSE d.at END
      FROM (SELECT d.repository, d.digest, max(d.at) AS at
            FROM jsonb_to_recordset(${rows}::jsonb) AS d(repository text, digest text, at timestamptz) GROUP BY 1, 2) d
      JOIN repositories r ON r.registry_id = ${registryId} AND r.name = d.repository
      WHERE rm.repository_id = r.id AND rm.digest = d.digest`;
    await tx.$executeRaw`
      UPDATE tags t SET pushed_at = d.at, pushed_at_source = 'demo'
      FROM jsonb_to_recordset(${rows}::jsonb) AS d(repository text, tag text, at timestamptz)
      JOIN repositories r ON r.registry_id = ${registryId} AND r.name = d.repository
      WHERE t.repository_id = r.id AND t.name = d.tag`;
    const names = [...new Set(images.map(({ repository }) => repository))];
    const repositories = await tx.repository.findMany({
      where: { registryId, name: { in: names } },
      select: { id: true },
    });
    // What people browse is written from these times.
    for (const { id } of repositories) await refreshImages(tx, { id, registryId }, "all");
  });
}
