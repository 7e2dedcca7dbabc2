import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { grantToApplication } from "@/scripts/application-role";

const MIGRATIONS = path.resolve(import.meta.dirname, "../prisma/migrations");
/** The advisory lock that Prisma's own `migrate deploy` takes, so that the two exclude each other. */
const PRISMA_LOCK = 72707369;

/**
 * Applies the migrations that the database does not have yet, in order, as `prisma migrate deploy` would: same
 * table, same checksums, same lock, but without its engine, which has to be downloaded.
 * @returns the names of the migrations that were applied now.
 * @throws Error that names the migration, when one fails, failed earlier, or was edited after it was applied.
 */
export async function migrate(databaseUrl: string, folder: string = MIGRATIONS): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [PRISMA_LOCK]);
    await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id VARCHAR(36) PRIMARY KEY NOT NULL,
      checksum VARCHAR(64) NOT NULL,
      finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL,
      logs TEXT,
      rolled_back_at TIMESTAMPTZ,
      started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
      applied_steps_count INTEGER NOT NULL DEFAULT 0
    )`);
    const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
      "SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL",
    );
    const failed = rows.find((row) => row.finished_at === null);
    if (failed)
      throw new Error(`migration ${failed.migration_name} failed earlier: resolve it with prisma migrate resolve`);
    const known = new Map(rows.map((row) => [row.migration_name, row.checksum]));
    const applied: string[] = [];
    for (const name of migrationNames(folder)) {
      const sql = readFileSync(path.join(folder, name, "migration.sql"));
      const checksum = createHash("sha256").update(sql).digest("hex");
      const before = known.get(name);
      if (before === undefined) {
        await apply(client, name, sql.toString("utf8"), checksum);
        applied.push(name);
      } else if (before !== checksum) {
        throw new Error(`migration ${name} was edited after it was applied`);
      }
    }
    if (folder === MIGRATIONS) await grantToApplication(client);
    return applied;
  } finally {
    await client.end();
  }
}

function migrationNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function apply(client: pg.Client, name: string, sql: string, checksum: string): Promise<void> {
  const id = randomUUID();
  await client.query("INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)", [
    id,
    checksum,
    name,
  ]);
  try {
    await client.query(sql);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // A script runs as one implicit transaction; one with a BEGIN of its own leaves the session in a failed one.
    await client.query("ROLLBACK");
    await client.query("UPDATE _prisma_migrations SET logs = $2 WHERE id = $1", [id, reason]);
    throw new Error(`migration ${name} failed: ${reason}`);
  }
  await client.query("UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1", [id]);
}
