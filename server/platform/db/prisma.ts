import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "@/prisma/generated/client/client";
import { env } from "../env";

export type Transaction = Prisma.TransactionClient;
export { Prisma };

const POOL_SIZE = 10;
const globals = globalThis as { reclaimPrisma?: PrismaClient };

/** The one client of this process; made on first use, so that a build needs no database. */
export function prisma(): PrismaClient {
  globals.reclaimPrisma ??= new PrismaClient({
    adapter: new PrismaPg({ connectionString: env().DATABASE_URL, max: POOL_SIZE }),
    transactionOptions: { maxWait: 10_000, timeout: 60_000 },
  });
  return globals.reclaimPrisma;
}

export async function disconnectPrisma(): Promise<void> {
  await globals.reclaimPrisma?.$disconnect();
  delete globals.reclaimPrisma;
}

/** Whether an error is a violated unique constraint or index, and (when named) this one. */
export function isUniqueViolation(error: unknown, name?: string): boolean {
  if (!(error instanceof Error)) return false;
  const known = error as Error & { code?: string; meta?: unknown };
  if (
    known.code !== "P2002" &&
    !/unique constraint|23505/i.test(`${error.message} ${JSON.stringify(known.meta ?? "")}`)
  )
    return false;
  return name === undefined || `${error.message} ${JSON.stringify(known.meta ?? "")}`.includes(name);
}
