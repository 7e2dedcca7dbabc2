import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { Prisma, PrismaClient } from "@/prisma/generated/client/client";
import { env } from "../env";
import { tellWhoActs } from "./audited-connections";
import { endBulkConnections } from "./bulk-connection";

export type Transaction = Prisma.TransactionClient;
export { Prisma };

const POOL_SIZE = 10;
const globals = globalThis as { reclaimPrisma?: PrismaClient; reclaimPool?: pg.Pool };

/** The one client of this process; made on first use, so that a build needs no database. */
export function prisma(): PrismaClient {
  globals.reclaimPrisma ??= new PrismaClient({
    adapter: new PrismaPg(databasePool(), { disposeExternalPool: true }),
    transactionOptions: { maxWait: 10_000, timeout: 60_000 },
  });
  return globals.reclaimPrisma;
}

/** The connections that the client works on; only `directQuery` asks for them besides. */
export function databasePool(): pg.Pool {
  globals.reclaimPool ??= connectionPool(env().DATABASE_URL);
  return globals.reclaimPool;
}

/**
 * Our queries are many small probes by index: compiling them costs more than it saves, and no disk has an arm to move any more.
 * Left to the server's defaults, the planner reads whole tables where a page of a list needs a hundred rows.
 */
const PLANNING = "SET jit = off; SET random_page_cost = 1.1";

function connectionPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    application_name: "reclaim",
    // Where it cannot be set, queries are as right, and slower.
    onConnect: (client) =>
      client.query(PLANNING).then(
        () => undefined,
        () => undefined,
      ),
  });
  tellWhoActs(pool);
  // An idle connection that breaks is replaced when the next one is wanted.
  pool.on("error", () => undefined);
  return pool;
}

export async function disconnectPrisma(): Promise<void> {
  // Made where it was not: its end is the end of the connections.
  await Promise.all([endBulkConnections(), globals.reclaimPool && prisma().$disconnect()]);
  delete globals.reclaimPrisma;
  delete globals.reclaimPool;
}

/** Whether an error is a violated unique constraint or index (one whose last column is `column`, where it is given). */
export function isUniqueViolation(error: unknown, column?: string): boolean {
  if (!(error instanceof Error)) return false;
  const { code, meta } = error as Error & { code?: string; meta?: unknown };
  const details = JSON.stringify(meta ?? {});
  // P2002 from the client's own calls, P2010 with PostgreSQL's 23505 inside from raw statements.
  if (code !== "P2002" && !(code === "P2010" && details.includes("23505"))) return false;
  // It names the index, as migrations do: table, columns, "key".
  return column === undefined || details.includes(`_${column}_key`);
}
