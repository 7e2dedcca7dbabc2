import pg from "pg";

/** Looks into the console's database, for what no API tells: the journal of a move, what a crash left. */
export interface Database {
  rows<T>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

export async function openDatabase(databaseUrl: string): Promise<Database> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return {
    rows: async <T>(sql: string, values: readonly unknown[] = []) => (await client.query(sql, [...values])).rows as T[],
    close: () => client.end(),
  };
}
