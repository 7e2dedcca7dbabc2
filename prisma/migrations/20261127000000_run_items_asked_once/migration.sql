-- The items of a statement are gone through once, not twice, for the runs that they name: 2 of the 20 µs that an item costs.
CREATE OR REPLACE FUNCTION "run_items_need_runs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Locked as by a foreign key: nobody deletes a run while items of it are written, nor writes items of one that is being deleted.
  IF (
    WITH named AS MATERIALIZED (SELECT DISTINCT "run_id", "workspace_id" FROM fresh),
      held AS MATERIALIZED (
        SELECT 1 FROM "runs" JOIN named ON named."run_id" = "runs"."id" AND named."workspace_id" = "runs"."workspace_id" FOR KEY SHARE OF "runs"
      )
    SELECT (SELECT count(*) FROM named) <> (SELECT count(*) FROM held)
  ) THEN
    RAISE EXCEPTION 'run items need a run of their workspace' USING ERRCODE = 'foreign_key_violation', TABLE = 'run_items',
      CONSTRAINT = 'run_items_run_id_workspace_id_fkey';
  END IF;
  RETURN NULL;
END $$;
