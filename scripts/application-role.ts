import pg from "pg";

/** The role that the console and its workers connect as, where the database is ours: it reads and writes rows, and owns nothing. */
export const APPLICATION_ROLE = "reclaim_app";

/** Makes the role, or gives it this password. `client` may create roles. */
export async function ensureApplicationRole(client: pg.Client, password: string): Promise<void> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [APPLICATION_ROLE]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${APPLICATION_ROLE}`);
  await client.query(
    `ALTER ROLE ${APPLICATION_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD ${pg.escapeLiteral(password)}`,
  );
  // Which transactions are open decides how fresh some numbers are.
  await client.query(`GRANT pg_read_all_stats TO ${APPLICATION_ROLE}`);
}

/**
 * Gives the role, where there is one, what the console does: rows of every table, but of the audit log only to add to it. Called after
 * migrations, which may have made tables.
 */
export async function grantToApplication(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [APPLICATION_ROLE]);
  if (rowCount === 0) return;
  const role = APPLICATION_ROLE;
  await client.query(`
    GRANT USAGE ON SCHEMA public TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON ALL TABLES IN SCHEMA public TO ${role};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${role};
    REVOKE UPDATE, DELETE, TRUNCATE, MAINTAIN ON audit_events FROM ${role};
    REVOKE INSERT, UPDATE, DELETE, TRUNCATE, MAINTAIN ON audit_changes, _prisma_migrations FROM ${role};
  `);
}
