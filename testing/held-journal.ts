import pg from "pg";

const JOURNAL_LOCK = 77;

/** Nobody can write down which blobs a collection removed until `meanwhile` is over: whoever had removed some is seen at it. */
export async function whileNoBlobIsSettled(databaseUrl: string, meanwhile: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(${JOURNAL_LOCK})`);
    await client.query(`
      CREATE OR REPLACE FUNCTION held_journal() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared(${JOURNAL_LOCK}); RETURN NULL; END';
      CREATE TRIGGER held_journal AFTER UPDATE ON gc_candidates FOR EACH ROW WHEN (NEW.kind = 'blob') EXECUTE FUNCTION held_journal()`);
    await meanwhile();
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${JOURNAL_LOCK})`);
    await client.query("DROP TRIGGER IF EXISTS held_journal ON gc_candidates");
    await client.end();
  }
}
