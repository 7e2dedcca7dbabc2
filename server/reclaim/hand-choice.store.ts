import { z } from "zod";
import { startUntag } from "@/contracts/image-deletion";
import { imageSelectionSchema } from "@/contracts/images";
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

const choiceSchema = z.union([
  z.object({ selection: imageSelectionSchema, asOf: z.iso.datetime().optional() }),
  z.object({ tags: startUntag.body.shape.tags }),
]);
/** What somebody chose: images, by name or filter, or tags with the digest that each was seen to point at. */
export type RunChoice = z.infer<typeof choiceSchema>;

/** Writes a choice in the transaction that makes its run. */
export async function insertRunChoice(
  tx: Transaction,
  run: { id: string; workspaceId: string },
  choice: RunChoice,
): Promise<void> {
  const { id: runId, workspaceId } = run;
  await tx.runChoice.create({ data: { runId, workspaceId, choice: choice as Prisma.InputJsonValue } });
}

/** The choice of a run by hand. Throws where there is none: such a run was never made. */
export async function readRunChoice(runId: string): Promise<RunChoice> {
  const row = await prisma().runChoice.findUniqueOrThrow({ where: { runId } });
  return choiceSchema.parse(row.choice);
}
