-- A tag says where its time comes from, as its manifest does: over the API a crawl only knows when it first saw it.
ALTER TABLE "tags" ADD COLUMN "pushed_at_source" TEXT NOT NULL DEFAULT 'crawl';
UPDATE "tags" t SET "pushed_at_source" = rm."pushed_at_source" FROM "repository_manifests" rm
WHERE rm."repository_id" = t."repository_id" AND rm."digest" = t."digest";

-- Over the API untagged manifests are asked for in turns, those that nobody asked for longest first.
ALTER TABLE "repository_manifests" ADD COLUMN "checked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
