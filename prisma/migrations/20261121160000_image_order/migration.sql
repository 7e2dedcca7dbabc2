-- Lists are paged by their sort key with the image as the tie: each order has one index that holds exactly that.
DROP INDEX "images_space_id_pushed_at_digest_idx";
DROP INDEX "images_space_id_logical_bytes_digest_idx";
DROP INDEX "images_space_id_repository_name_first_tag_digest_idx";
DROP INDEX "images_space_id_last_pulled_at_digest_idx";
DROP INDEX "images_repository_id_pushed_at_digest_idx";
ALTER TABLE "images" ALTER COLUMN "first_tag" SET DEFAULT '', ALTER COLUMN "first_tag" SET NOT NULL;
CREATE INDEX "images_space_id_pushed_at_digest_repository_id_idx" ON "images"("space_id", "pushed_at", "digest", "repository_id");
CREATE INDEX "images_space_id_logical_bytes_digest_repository_id_idx" ON "images"("space_id", "logical_bytes", "digest", "repository_id");
CREATE INDEX "images_space_id_repository_name_first_tag_digest_repository_idx" ON "images"("space_id", "repository_name", "first_tag", "digest", "repository_id");
CREATE INDEX "images_repository_id_pushed_at_digest_idx" ON "images"("repository_id", "pushed_at", "digest");
-- Never pulled sorts before every pull.
CREATE INDEX "images_pulled_idx" ON "images"("space_id", (coalesce("last_pulled_at", '1970-01-01 00:00:00+00'::timestamptz)), "digest", "repository_id");
-- The subject that a fallback tag names (domain/images/referrer-tag.ts): read far more often than tags are written.
ALTER TABLE "tags" ADD COLUMN "subject_digest" TEXT GENERATED ALWAYS AS (
  CASE WHEN "name" ~ '^sha256-[0-9a-f]{64}(\.[A-Za-z0-9._-]+)?$' THEN 'sha256:' || substr("name", 8, 64)
       WHEN "name" ~ '^sha512-[0-9a-f]{128}(\.[A-Za-z0-9._-]+)?$' THEN 'sha512:' || substr("name", 8, 128) END) STORED;
CREATE INDEX "tags_subject_idx" ON "tags"("repository_id", "subject_digest") WHERE "subject_digest" IS NOT NULL;

CREATE INDEX "images_space_id_digest_idx" ON "images"("space_id", "digest" COLLATE "C");
CREATE INDEX "images_platforms_idx" ON "images" USING gin ("platforms");


-- Indexes of a few children among many images with many layers: found without reading the layers.
CREATE INDEX "manifest_references_child_idx" ON "manifest_references"("registry_id", "manifest_digest", "digest") WHERE "role" = 'child';
CREATE INDEX "manifest_references_parent_idx" ON "manifest_references"("registry_id", "digest", "manifest_digest") WHERE "role" = 'child';
