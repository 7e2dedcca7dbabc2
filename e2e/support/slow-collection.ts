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

export async function letCollectionsRun(database: Database): Promise<void> {
  await database.rows("DROP TRIGGER IF EXISTS slow_collection ON gc_candidates");
}
