import { type Prisma, prisma } from "../db/prisma";

export type KeptRequest = Prisma.IdempotencyKeyGetPayload<object>;
interface Place {
  actorKey: string;
  key: string;
}

/** Takes a key for a request, where nobody has it, or had it before `expired`. False = somebody has. */
export async function takeKey(
  request: Place & { operation: string; inputHash: string },
  now: Date,
  expired: Date,
): Promise<boolean> {
  const { actorKey, key, operation, inputHash } = request;
  const taken = await prisma().$executeRaw`
    INSERT INTO idempotency_keys (actor_key, key, operation, input_hash, created_at)
    VALUES (${actorKey}, ${key}, ${operation}, ${inputHash}, ${now})
    ON CONFLICT (actor_key, key) DO UPDATE
      SET operation = excluded.operation, input_hash = excluded.input_hash, created_at = excluded.created_at,
        status = NULL, answer_encrypted = NULL
      WHERE idempotency_keys.created_at < ${expired}`;
  return taken === 1;
}

export function findKept({ actorKey, key }: Place): Promise<KeptRequest | null> {
  return prisma().idempotencyKey.findUnique({ where: { actorKey_key: { actorKey, key } } });
}

export async function keepAnswer({ actorKey, key }: Place, status: number, answerEncrypted: string): Promise<void> {
  await prisma().idempotencyKey.updateMany({ where: { actorKey, key }, data: { status, answerEncrypted } });
}

export async function freeKey({ actorKey, key }: Place): Promise<void> {
  await prisma().idempotencyKey.deleteMany({ where: { actorKey, key, status: null } });
}

export async function forgetExpiredKeys(expired: Date): Promise<void> {
  await prisma().idempotencyKey.deleteMany({ where: { createdAt: { lt: expired } } });
}
