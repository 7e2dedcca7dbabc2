import type { Actor } from "@/server/platform/auth/actor";
import type { Prisma, Transaction } from "@/server/platform/db/prisma";
import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";

export interface AuditInput {
  workspaceId: string | null;
  spaceId?: string | null;
  actor: Actor;
  /** `area.verb`, for instance `rules.create` */
  action: string;
  resourceType: string;
  resourceId: string;
  data?: Record<string, unknown>;
}

export async function insertAuditEvents(tx: Transaction, inputs: readonly AuditInput[]): Promise<void> {
  if (inputs.length === 0) return;
  await tx.auditEvent.createMany({
    data: inputs.map((input) => ({
      id: newId("evt"),
      workspaceId: input.workspaceId,
      spaceId: input.spaceId ?? null,
      actorId: input.actor.kind === "user" ? input.actor.userId : null,
      actorName: input.actor.name,
      action: input.action,
      resourceType: input.resourceType,
      resourceId: input.resourceId,
      data: (input.data ?? {}) as Prisma.InputJsonValue,
    })),
  });
}

export interface AuditPageInput {
  workspaceId: string;
  spaceId: string;
  search?: string | undefined;
  before?: { at: Date; id: string } | undefined;
  limit: number;
}

export function listAuditEvents(input: AuditPageInput) {
  return prisma().auditEvent.findMany({
    where: {
      ...auditWhere(input),
      ...(input.before
        ? { OR: [{ at: { lt: input.before.at } }, { at: input.before.at, id: { lt: input.before.id } }] }
        : {}),
    },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: input.limit,
  });
}

export function countAuditEvents(input: Pick<AuditPageInput, "workspaceId" | "spaceId" | "search">): Promise<number> {
  return prisma().auditEvent.count({ where: auditWhere(input) });
}

function auditWhere(input: Pick<AuditPageInput, "workspaceId" | "spaceId" | "search">): Prisma.AuditEventWhereInput {
  const { workspaceId, spaceId, search } = input;
  if (!search) return { workspaceId, spaceId };
  const contains = { contains: search, mode: "insensitive" as const };
  // What its sentence names: an image by repository and tag, a rule, a space.
  const named = ["image", "name"].map((key) => ({ data: { path: [key], string_contains: search } }));
  return {
    workspaceId,
    spaceId,
    AND: [{ OR: [{ actorName: contains }, { action: contains }, { resourceId: contains }, ...named] }],
  };
}
