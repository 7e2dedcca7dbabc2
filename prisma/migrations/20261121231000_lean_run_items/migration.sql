-- Each index is paid for by every image of every plan, those that stay included.
-- By its action nothing is looked for but to be shown a page at a time, in the order of the primary key.
DROP INDEX "run_items_run_id_action_ordinal_idx";
-- Only what was done is looked for by digest, from its beginning on.
DROP INDEX "run_items_workspace_id_digest_idx";
CREATE INDEX "run_items_done_digest_idx" ON "run_items" ("workspace_id", "digest" text_pattern_ops) WHERE "state" = 'done';
