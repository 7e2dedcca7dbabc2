-- What lists, filters and checks of the bin need of an entry, in its own row: written when it arrives in the bin.
ALTER TABLE "bin_entries"
  -- All of its tags by name, each on a line, those of its signatures too.
  ADD COLUMN "tag_names" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "manifest_count" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "referrer_count" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "search_text" TEXT NOT NULL GENERATED ALWAYS AS (lower("repository_name" || E'\n' || "tag_names")) STORED,
  -- What went wrong with it last, until it works or somebody gives it up.
  ADD COLUMN "problem_action" TEXT CHECK ("problem_action" IN ('recycle', 'restore', 'purge')),
  ADD COLUMN "problem_text" TEXT,
  ADD COLUMN "problem_run_id" TEXT,
  ADD COLUMN "problem_at" TIMESTAMPTZ(3),
  -- Parts that the registry does not have any more: [{ digest, kind, reason }]
  ADD COLUMN "missing" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "verified_at" TIMESTAMPTZ(3),
  ADD COLUMN "check_due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now() + INTERVAL '7 days',
  ADD CONSTRAINT "bin_entries_problem_check" CHECK (num_nulls("problem_action", "problem_text", "problem_run_id", "problem_at") IN (0, 4));

UPDATE "bin_entries" e SET
  "tag_names" = coalesce((SELECT string_agg(t."name", E'\n' ORDER BY t."name") FROM "bin_entry_tags" t WHERE t."entry_id" = e."id"), ''),
  "manifest_count" = (SELECT count(*) FROM "bin_entry_manifests" m WHERE m."entry_id" = e."id"),
  "referrer_count" = (SELECT count(*) FROM "bin_entry_manifests" m WHERE m."entry_id" = e."id" AND m."role" = 'referrer');

-- Pages in each order, of a workspace and of a space. What has left the bin is in none of them.
CREATE INDEX "bin_entries_workspace_recycled_idx" ON "bin_entries" ("workspace_id", "recycled_at", "id") WHERE "state" IN ('held', 'restoring', 'purging');
CREATE INDEX "bin_entries_workspace_due_idx" ON "bin_entries" ("workspace_id", "purge_after", "id") WHERE "state" IN ('held', 'restoring', 'purging');
CREATE INDEX "bin_entries_workspace_size_idx" ON "bin_entries" ("workspace_id", "size_bytes", "id") WHERE "state" IN ('held', 'restoring', 'purging');
CREATE INDEX "bin_entries_workspace_name_idx" ON "bin_entries" ("workspace_id", "repository_name", "id") WHERE "state" IN ('held', 'restoring', 'purging');
CREATE INDEX "bin_entries_space_recycled_idx" ON "bin_entries" ("space_id", "recycled_at", "id") WHERE "state" IN ('held', 'restoring', 'purging');
CREATE INDEX "bin_entries_space_due_idx" ON "bin_entries" ("space_id", "purge_after", "id") WHERE "state" IN ('held', 'restoring', 'purging');
CREATE INDEX "bin_entries_space_size_idx" ON "bin_entries" ("space_id", "size_bytes", "id") WHERE "state" IN ('held', 'restoring', 'purging');
CREATE INDEX "bin_entries_space_name_idx" ON "bin_entries" ("space_id", "repository_name", "id") WHERE "state" IN ('held', 'restoring', 'purging');
-- What somebody narrows it to.
CREATE INDEX "bin_entries_rule_idx" ON "bin_entries" ("workspace_id", "rule_id", "recycled_at", "id") WHERE "state" IN ('held', 'restoring', 'purging');
CREATE INDEX "bin_entries_actor_idx" ON "bin_entries" ("workspace_id", "actor_name", "recycled_at", "id") WHERE "state" IN ('held', 'restoring', 'purging');
CREATE INDEX "bin_entries_digest_idx" ON "bin_entries" ("workspace_id", "digest" text_pattern_ops) WHERE "state" IN ('held', 'restoring', 'purging');
CREATE INDEX "bin_entries_search_trgm_idx" ON "bin_entries" USING gin ("search_text" gin_trgm_ops) WHERE "state" IN ('held', 'restoring', 'purging');
-- Few, and looked for among all.
CREATE INDEX "bin_entries_problem_idx" ON "bin_entries" ("workspace_id", "space_id") WHERE "problem_at" IS NOT NULL;
CREATE INDEX "bin_entries_damaged_idx" ON "bin_entries" ("workspace_id", "space_id") WHERE "missing" <> '[]';
CREATE INDEX "bin_entries_moving_idx" ON "bin_entries" ("workspace_id", "space_id") WHERE "state" IN ('recycling', 'restoring', 'purging');
-- What is to be read back next.
CREATE INDEX "bin_entries_check_idx" ON "bin_entries" ("check_due_at", "id") WHERE "state" = 'held';

-- A restored image is left alone by the rule that took it, until that rule is changed.
CREATE TABLE "rule_exemptions" (
    "space_id" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "rule_id" TEXT NOT NULL,
    "rule_revision" INTEGER NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "rule_name" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "restored_by_name" TEXT NOT NULL,
    "restored_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rule_exemptions_pkey" PRIMARY KEY ("space_id", "repository_name", "digest", "rule_id")
);
CREATE INDEX "rule_exemptions_workspace_id_idx" ON "rule_exemptions"("workspace_id");
ALTER TABLE "rule_exemptions" ADD CONSTRAINT "rule_exemptions_space_id_workspace_id_fkey" FOREIGN KEY ("space_id", "workspace_id") REFERENCES "spaces"("id", "workspace_id") ON DELETE RESTRICT ON UPDATE CASCADE;
