-- What every worker's reconciler asks for every few seconds, among rows that are kept for ever or for a week.
CREATE INDEX "run_items_moving" ON "run_items" ("run_id") WHERE "state" = 'moving';
CREATE INDEX "registry_events_pending" ON "registry_events" ("registry_id", "received_at") WHERE "processed_at" IS NULL;
CREATE INDEX "registry_events_processed" ON "registry_events" ("processed_at") WHERE "processed_at" IS NOT NULL;
