import { actorColumns } from "../auth/actor-columns";
import { prisma } from "../db/prisma";
import { newId } from "../new-id";
import type { RequestContext } from "./request-context";

export async function hasEventOf(requestId: string): Promise<boolean> {
  return (await prisma().auditEvent.findFirst({ where: { requestId }, select: { id: true } })) !== null;
}

export async function insertDone(
  asked: RequestContext,
  { summary, path, spaceId }: { summary: string; path: string; spaceId: string | null },
): Promise<void> {
  await prisma().auditEvent.create({
    data: {
      ...{ id: newId("evt"), workspaceId: asked.workspaceId ?? null, spaceId, ...actorColumns(asked.actor) },
      ...{ action: `done.${asked.operation}`, resourceType: "operation", resourceId: asked.operation },
      ...{ targetName: path, data: { summary }, requestId: asked.requestId, address: asked.address },
    },
  });
}
