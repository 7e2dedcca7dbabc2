import pg from "pg";
import { sealAgain } from "@/server/platform/crypto/secret-box";

/** A table's encrypted columns, and what names its rows. */
interface SealedTable {
  name: string;
  keys: string[];
  columns: string[];
}

/**
 * Brings every secret in the database under the encryption key in force: all columns whose names end in `_encrypted`, in one transaction.
 * @returns how many were brought over.
 * @throws Error when one is under a key that is not known; nothing is changed then.
 */
export async function reencryptSecrets(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "reclaim-rotate-key" });
  await client.connect();
  try {
    await client.query("BEGIN");
    let count = 0;
    for (const table of await sealedTables(client)) count += await reencryptTable(client, table);
    await client.query("COMMIT");
    return count;
  } finally {
    // What was not committed is rolled back with the connection.
    await client.end();
  }
}

async function sealedTables(client: pg.Client): Promise<SealedTable[]> {
  const { rows } = await client.query<SealedTable>(`
    SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns,
      (SELECT array_agg(k.attname::text ORDER BY k.attnum) FROM pg_index i
        JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey::int2[])
        WHERE i.indrelid = c.oid AND i.indisprimary) AS keys
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attname LIKE '%\\_encrypted'
    GROUP BY c.oid, c.relname ORDER BY c.relname`);
  return rows;
}

async function reencryptTable(client: pg.Client, { name, keys, columns }: SealedTable): Promise<number> {
  const quoted = (names: readonly string[]) => names.map((one) => pg.escapeIdentifier(one));
  const some = quoted(columns).map((column) => `${column} IS NOT NULL`);
  const { rows } = await client.query<Record<string, string | null>>(
    `SELECT ${quoted([...keys, ...columns]).join(", ")} FROM ${pg.escapeIdentifier(name)} WHERE ${some.join(" OR ")} FOR UPDATE`,
  );
  let count = 0;
  for (const row of rows) {
    const changed = columns.flatMap((column) => {
      const sealed = row[column] == null ? null : sealAgain(row[column]);
      return sealed === null ? [] : [{ column, sealed }];
    });
    if (changed.length === 0) continue;
    const sets = changed.map(({ column }, at) => `${pg.escapeIdentifier(column)} = $${at + 1}`);
    const where = keys.map((key, at) => `${pg.escapeIdentifier(key)} = $${changed.length + at + 1}`);
    await client.query(`UPDATE ${pg.escapeIdentifier(name)} SET ${sets.join(", ")} WHERE ${where.join(" AND ")}`, [
      ...changed.map(({ sealed }) => sealed),
      ...keys.map((key) => row[key]),
    ]);
    count += changed.length;
  }
  return count;
}
