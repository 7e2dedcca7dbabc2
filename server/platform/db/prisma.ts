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

/** Whether an error is a violated unique constraint or index (one that covers `column`, where it is given). */
export function isUniqueViolation(error: unknown, column?: string): boolean {
  if (!(error instanceof Error)) return false;
  const { code, meta } = error as Error & { code?: string; meta?: unknown };
  const details = JSON.stringify(meta ?? {});
  // P2002 from the client's own calls, P2010 with PostgreSQL's 23505 inside from raw statements.
  if (code !== "P2002" && !(code === "P2010" && details.includes("23505"))) return false;
  return column === undefined || details.includes(`"${column}"`);
}
