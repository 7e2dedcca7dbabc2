-- Who stands behind an event, from where, what it was before and after, and whether it was let through. `change_set` is one a transaction:
-- it leads from an event to the rows that changed with it.
CREATE FUNCTION "audit_change_set"() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  known text := current_setting('reclaim.change_set', true);
BEGIN
  IF known IS NULL OR known = '' THEN
    known := set_config('reclaim.change_set', gen_random_uuid()::text, true);
  END IF;
  RETURN known::uuid;
END $$;

ALTER TABLE "audit_events"
  ADD COLUMN "actor_kind" TEXT,
  ADD COLUMN "token_id" TEXT,
  ADD COLUMN "token_name" TEXT,
  ADD COLUMN "address" TEXT,
  ADD COLUMN "target_name" TEXT,
  ADD COLUMN "outcome" TEXT NOT NULL DEFAULT 'done',
  ADD COLUMN "before" JSONB,
  ADD COLUMN "after" JSONB,
  -- Without a default for the rows that are there: they were written before changes were kept.
  ADD COLUMN "change_set" UUID;
ALTER TABLE "audit_events" ALTER COLUMN "change_set" SET DEFAULT "audit_change_set"();
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_outcome" CHECK ("outcome" IN ('done', 'refused'));
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_actor_kind"
  CHECK ("actor_kind" IN ('user', 'robot', 'system', 'anonymous', 'database'));

-- The platform's list, newest first, and its pages.
CREATE INDEX "audit_events_at_id_idx" ON "audit_events" ("at" DESC, "id" DESC);

CREATE TRIGGER "audit_events_no_truncate" BEFORE TRUNCATE ON "audit_events" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
