-- A far position of the list by last pull passes over index entries alone.
DROP INDEX "images_pulled_idx";
CREATE INDEX "images_pulled_idx" ON "images"("space_id", (coalesce("last_pulled_at", '1970-01-01 00:00:00+00'::timestamptz)), "digest", "repository_id") INCLUDE ("last_pulled_at");

-- Few manifests have a subject: an index of those alone is what a planner without statistics takes, too.
CREATE INDEX "manifests_subject_idx" ON "manifests"("registry_id", "subject_digest") WHERE "subject_digest" IS NOT NULL;
