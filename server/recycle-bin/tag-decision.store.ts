// What a person decided for single tags of a restore: beside the run's row, which every list and every frame of a stream carries whole.
import { z } from "zod";
import { TAG_CONFLICT_CHOICES } from "@/domain/recycle-bin/restore-tag";
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

const decisionSchema = z.object({
  ...{ entryId: z.string(), tag: z.string(), choice: z.enum(TAG_CONFLICT_CHOICES) },
  /** The image that had the tag when this was decided. */
  currentDigest: z.string().optional(),
});
export type TagDecision = z.infer<typeof decisionSchema>;
const choiceSchema = z.object({ decisions: z.array(decisionSchema) });

export async function insertTagDecisions(
  tx: Transaction,
  run: { id: string; workspaceId: string },
  decisions: readonly TagDecision[],
): Promise<void> {
  const choice: Prisma.InputJsonValue = { decisions: decisions.map((decision) => ({ ...decision })) };
  await tx.runChoice.create({ data: { runId: run.id, workspaceId: run.workspaceId, choice } });
}

/** What was decided for tags by name; empty where one choice holds for all. */
export async function readTagDecisions(runId: string): Promise<TagDecision[]> {
  const row = await prisma().runChoice.findUnique({ where: { runId } });
  return row === null ? [] : choiceSchema.parse(row.choice).decisions;
}
