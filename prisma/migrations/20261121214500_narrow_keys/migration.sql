-- Numbers of large selections look a hundred thousand blobs up: by eight bytes instead of by a registry's id and 71 letters.
ALTER TABLE "manifest_references"
  ADD COLUMN "digest_key" BIGINT NOT NULL GENERATED ALWAYS AS (hashtextextended("registry_id" || "digest", 0)) STORED,
  ADD COLUMN "manifest_key" BIGINT NOT NULL GENERATED ALWAYS AS (hashtextextended("registry_id" || "manifest_digest", 0)) STORED;
ALTER TABLE "repository_manifests"
  ADD COLUMN "manifest_key" BIGINT NOT NULL GENERATED ALWAYS AS (hashtextextended("registry_id" || "digest", 0)) STORED;

-- What a manifest is made of, and who uses a blob: each answered from its index alone.
CREATE INDEX "manifest_references_content_idx" ON "manifest_references" ("manifest_key", "digest_key", "size_bytes")
  WHERE "role" IN ('config', 'layer') AND NOT "is_foreign";
CREATE INDEX "manifest_references_users_idx" ON "manifest_references" ("digest_key", "manifest_key");
CREATE INDEX "repository_manifests_key_idx" ON "repository_manifests" ("manifest_key");
