import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export type PlatformRuleRecord = Prisma.PlatformRuleGetPayload<object>;

export function listPlatformRuleRows(): Promise<PlatformRuleRecord[]> {
  return prisma().platformRule.findMany({ orderBy: { slot: "asc" } });
}

export function findPlatformRule(id: string): Promise<PlatformRuleRecord | null> {
  return prisma().platformRule.findUnique({ where: { id } });
}

/** The lowest free slot of 1…maximum, or null when there is none. Two that race for one meet the unique index. */
export async function findFreePlatformSlot(tx: Transaction, maximum: number): Promise<number | null> {
  const taken = new Set((await tx.platformRule.findMany({ select: { slot: true } })).map((rule) => rule.slot));
  for (let slot = 1; slot <= maximum; slot++) if (!taken.has(slot)) return slot;
  return null;
}

export interface PlatformRuleWrite {
  id: string;
  name: string;
  definition: Prisma.InputJsonValue;
  isEnabled: boolean;
  revision: number;
  updatedByName: string;
}

export async function insertPlatformRule(tx: Transaction, slot: number, rule: PlatformRuleWrite): Promise<void> {
  await tx.platformRule.create({ data: { ...rule, slot } });
}

/** False = it was changed or deleted meanwhile. */
export async function updatePlatformRuleRow(
  tx: Transaction,
  editedRevision: number,
  { id, ...change }: PlatformRuleWrite,
): Promise<boolean> {
  const { count } = await tx.platformRule.updateMany({ where: { id, revision: editedRevision }, data: change });
  return count === 1;
}

export async function deletePlatformRuleRow(tx: Transaction, id: string): Promise<boolean> {
  const { count } = await tx.platformRule.deleteMany({ where: { id } });
  return count === 1;
}
