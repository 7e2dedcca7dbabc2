-- What a filter finds for a deletion by hand is what whoever asked saw: not what came to us since, whenever it was pushed.
-- The clock, not the start of the transaction: see measuredAt in server/images/measure-images.ts.
ALTER TABLE "repository_manifests" ADD COLUMN "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
ALTER TABLE "repository_manifests" ALTER COLUMN "first_seen_at" SET DEFAULT clock_timestamp();
