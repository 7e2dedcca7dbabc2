import type { Actor } from "@/server/platform/auth/actor";
import { actorColumns } from "@/server/platform/auth/actor-columns";
import type { Prisma, Transaction } from "@/server/platform/db/prisma";
import { prisma } from "@/server/platform/db/prisma";
import { requestContext } from "@/server/platform/http/request-context";
import { newId } from "@/server/platform/new-id";

export interface AuditInput {
  workspaceId: string | null;
  spaceId?: string | null;
  /** null = somebody who is not signed in */
  actor: Actor | null;
  /** `area.verb`, for instance `rules.create` */
  action: string;
  resourceType: string;
  resourceId: string;
  /** How people call it, where `data` has no name */
  targetName?: string;
  data?: Record<string, unknown>;
  before?: object | null;
  after?: object | null;
  /** Default done */
  outcome?: "done" | "refused";
}

/** Request id and address come from the request that is being answered, where there is one. */
export async function insertAuditEvents(tx: Transaction, inputs: readonly AuditInput[]): Promise<void> {
  if (inputs.length === 0) return;
  const request = requestContext();
  await tx.auditEvent.createMany({
    data: inputs.map((input) => ({
      id: newId("evt"),
      workspaceId: input.workspaceId,
      spaceId: input.spaceId ?? null,
      ...actorColumns(input.actor),
      action: input.action,
      resourceType: input.resourceType,
      resourceId: input.resourceId,
      targetName: input.targetName ?? (typeof input.data?.name === "string" ? input.data.name : null),
      data: (input.data ?? {}) as Prisma.InputJsonValue,
      ...(input.before ? { before: input.before as Prisma.InputJsonValue } : {}),
      ...(input.after ? { after: input.after as Prisma.InputJsonValue } : {}),
      outcome: input.outcome ?? "done",
      requestId: request?.requestId ?? null,
      address: request?.address ?? null,
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
