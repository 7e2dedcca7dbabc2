-- What one run took, latest first.
CREATE INDEX "bin_entries_run_recycled_idx" ON "bin_entries" ("run_id", "recycled_at", "id") WHERE "state" IN ('held', 'restoring', 'purging');
