import type { Database } from "./database";

/**
 * As in a large registry on a slow disk: writing down what was marked, and each batch that was swept, takes `seconds` longer.
 * So there is a middle to look at and to step into.
 */
export async function slowDownCollections(database: Database, seconds: number): Promise<void> {
  await database.rows(
    `CREATE OR REPLACE FUNCTION slow_collection() RETURNS trigger LANGUAGE plpgsql
     AS 'BEGIN PERFORM pg_sleep(${seconds}); RETURN NULL; END'`,
  );
  await letCollectionsRun(database);
  await database.rows(
    `CREATE TRIGGER slow_collection AFTER INSERT OR UPDATE ON gc_candidates
     FOR EACH STATEMENT EXECUTE FUNCTION slow_collection()`,
  );
}

/** The end of read-only mode, the last thing that a collection does, takes `seconds` longer. */
export async function slowDownReadOnlyEnd(database: Database, seconds: number): Promise<void> {
  await database.rows(
    `CREATE OR REPLACE FUNCTION slow_read_only_end() RETURNS trigger LANGUAGE plpgsql
     AS 'BEGIN PERFORM pg_sleep(${seconds}); RETURN NEW; END'`,
  );
  await database.rows(
    `CREATE OR REPLACE TRIGGER slow_read_only_end BEFORE UPDATE ON registries FOR EACH ROW
     WHEN (OLD.read_only_run_id IS NOT NULL AND NEW.read_only_run_id IS NULL) EXECUTE FUNCTION slow_read_only_end()`,
  );
}

export async function letCollectionsRun(database: Database): Promise<void> {
  await database.rows("DROP TRIGGER IF EXISTS slow_collection ON gc_candidates");
  await database.rows("DROP TRIGGER IF EXISTS slow_read_only_end ON registries");
}
