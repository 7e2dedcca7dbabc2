import type { ProblemCode } from "@/contracts/problem";
import { actorColumns } from "../auth/actor-columns";
import { prisma } from "../db/prisma";
import { newId } from "../new-id";
import type { RequestContext } from "./request-context";

export interface Refusal {
  /** What was asked for, in words. */
  summary: string;
  code: ProblemCode;
  status: number;
  title: string;
  /** Why, as the caller was told */
  detail: string;
  /** The path without its query, which may carry what is nobody's business. */
  path: string;
  /** How many like it were left out before. */
  unrecorded: number;
}

/** Keeps what somebody was refused, in the audit log. */
export async function insertRefusal(asked: RequestContext, refusal: Refusal): Promise<void> {
  await prisma().auditEvent.create({
    data: {
      id: newId("evt"),
      workspaceId: asked.workspaceId ?? null,
      ...actorColumns(asked.actor),
      action: `refused.${asked.operation}`,
      resourceType: "operation",
      resourceId: asked.operation,
      targetName: refusal.path,
      data: { ...refusal },
      outcome: "refused",
      requestId: asked.requestId,
      address: asked.address,
    },
  });
}
