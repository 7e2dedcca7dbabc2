import type { Role } from "@/domain/access/permissions";
import { openScope, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";

export interface TestUser {
  id: string;
  name: string;
  isPlatformAdmin: boolean;
}

/** A person without a password, straight in the database. */
export async function createTestUser(name: string, options: { isPlatformAdmin?: boolean } = {}): Promise<TestUser> {
  const id = newId("usr");
  const isPlatformAdmin = options.isPlatformAdmin ?? false;
  await prisma().user.create({
    data: { id, email: `${id}@example.test`, name, passwordHash: "none", isPlatformAdmin },
  });
  return { id, name, isPlatformAdmin };
}

/** What a person may do in a workspace, whose member they become. */
export async function scopeOf(user: TestUser, workspaceId: string, role: Role = "admin"): Promise<WorkspaceScope> {
  const where = { workspaceId_userId: { workspaceId, userId: user.id } };
  await prisma().member.upsert({ where, create: { workspaceId, userId: user.id, role }, update: { role } });
  const { id: userId, name, isPlatformAdmin } = user;
  return openScope(
    { kind: "user", userId, name, email: `${userId}@example.test`, isPlatformAdmin, sessionId: "ses_x", token: null },
    workspaceId,
  );
}
