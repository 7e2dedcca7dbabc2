-- Previews are kept, their verdicts are not for ever: when those of an old one were dropped.
ALTER TABLE "runs" ADD COLUMN "items_pruned_at" TIMESTAMPTZ(3);

-- What Prisma's schema cannot say.

-- Who took `web:1.2`, however long ago: only what was really done is found, so that plans cost nothing here.
CREATE FUNCTION "run_item_tags_text"(tags text[]) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN array_to_string(tags, ' ');
CREATE INDEX "run_items_done_idx" ON "run_items"("workspace_id", "updated_at" DESC, "run_id", "ordinal") WHERE "state" = 'done';
CREATE INDEX "run_items_done_repository_trgm_idx" ON "run_items" USING gin ("repository_name" gin_trgm_ops) WHERE "state" = 'done';
CREATE INDEX "run_items_done_tags_trgm_idx" ON "run_items" USING gin ("run_item_tags_text"("tags") gin_trgm_ops) WHERE "state" = 'done';

-- The previews whose verdicts are still there: few, whatever the history.
CREATE INDEX "runs_previews_idx" ON "runs"("space_id", "created_at" DESC, "id")
  WHERE "is_dry_run" AND "kind" = 'reclaim' AND "items_pruned_at" IS NULL;
