
-- What Prisma's schema cannot say.

-- At most one active collection a registry, and one active reclaim (a dry run changes nothing and is not counted) a space.
CREATE UNIQUE INDEX "runs_one_active_gc_per_registry" ON "runs" ("registry_id") WHERE "kind" = 'gc' AND "finished_at" IS NULL;
CREATE UNIQUE INDEX "runs_one_active_reclaim_per_space" ON "runs" ("space_id") WHERE "kind" = 'reclaim' AND NOT "is_dry_run" AND "finished_at" IS NULL;
-- The reconciler's question: which runs are not finished.
CREATE INDEX "runs_unfinished" ON "runs" ("created_at") WHERE "finished_at" IS NULL;

-- 15 rules a space, whoever races.
ALTER TABLE "reclaim_rules" ADD CONSTRAINT "reclaim_rules_slot_range" CHECK ("slot" BETWEEN 1 AND 15);

ALTER TABLE "spaces" ADD CONSTRAINT "spaces_bin_retention_range" CHECK ("bin_retention_days" BETWEEN 1 AND 365);

-- History only grows.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
