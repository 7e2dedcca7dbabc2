-- A foreign key looks up the run of each row that is written: of the 31 µs that an item of a plan cost, 10. What it promised is kept by
-- triggers of statements: a COPY of five thousand items asks once.
ALTER TABLE "run_items" DROP CONSTRAINT "run_items_run_id_workspace_id_fkey";

CREATE FUNCTION "run_items_need_runs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Locked as by a foreign key: nobody deletes a run while items of it are written, nor writes items of one that is being deleted.
  IF (SELECT count(*) FROM (SELECT DISTINCT "run_id", "workspace_id" FROM fresh) named) <> (
    SELECT count(*) FROM (
      SELECT 1 FROM "runs" WHERE ("id", "workspace_id") IN (SELECT "run_id", "workspace_id" FROM fresh) FOR KEY SHARE
    ) held
  ) THEN
    RAISE EXCEPTION 'run items need a run of their workspace' USING ERRCODE = 'foreign_key_violation', TABLE = 'run_items',
      CONSTRAINT = 'run_items_run_id_workspace_id_fkey';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "run_items_need_runs" AFTER INSERT ON "run_items" REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION "run_items_need_runs"();

-- Items go with their run.
CREATE FUNCTION "runs_take_items"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- An older snapshot would not see the items that came last, and leave them behind.
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'delete runs in a transaction of isolation level READ COMMITTED' USING ERRCODE = 'serialization_failure';
  END IF;
  DELETE FROM "run_items" WHERE "run_id" IN (SELECT "id" FROM gone);
  RETURN NULL;
END $$;
CREATE TRIGGER "runs_take_items" AFTER DELETE ON "runs" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "runs_take_items"();

CREATE FUNCTION "runs_truncate_items"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE "run_items";
  RETURN NULL;
END $$;
CREATE TRIGGER "runs_truncate_items" AFTER TRUNCATE ON "runs" FOR EACH STATEMENT EXECUTE FUNCTION "runs_truncate_items"();

-- Neither is ever given to another; a key that could change would need more of the above.
CREATE FUNCTION "refuse_new_key"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% keep their run and workspace', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER "run_items_keep_run" BEFORE UPDATE OF "run_id", "workspace_id" ON "run_items" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_new_key"();
CREATE TRIGGER "runs_keep_key" BEFORE UPDATE OF "id", "workspace_id" ON "runs" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_new_key"();
