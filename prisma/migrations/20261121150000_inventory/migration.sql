-- DropIndex
DROP INDEX "manifest_references_registry_id_digest_idx";

-- DropIndex
DROP INDEX "spaces_registry_id_prefix_key";

-- DropIndex
DROP INDEX "spaces_workspace_id_name_key";

-- AlterTable
ALTER TABLE "registries" ADD COLUMN     "created_by_name" TEXT,
ADD COLUMN     "findings" JSONB,
ADD COLUMN     "health" TEXT NOT NULL DEFAULT 'unknown',
ADD COLUMN     "health_checked_at" TIMESTAMPTZ(3),
ADD COLUMN     "health_error" TEXT,
ADD COLUMN     "health_latency_ms" INTEGER,
ADD COLUMN     "pull_tracking_since" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "repositories" ADD COLUMN     "broken_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "image_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "last_pulled_at" TIMESTAMPTZ(3),
ADD COLUMN     "last_pushed_at" TIMESTAMPTZ(3),
ADD COLUMN     "logical_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "size_stale_since" TIMESTAMPTZ(3),
ADD COLUMN     "stored_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "tag_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "untagged_count" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "spaces" ADD COLUMN     "ignored_pullers" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "inventory_revision" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "is_public" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "removed_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "tags" ADD COLUMN     "checked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- CreateTable
CREATE TABLE "images" (
    "repository_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "space_id" TEXT NOT NULL,
    "registry_id" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "artifact_type" TEXT,
    "pushed_at" TIMESTAMPTZ(3) NOT NULL,
    "pushed_at_source" TEXT NOT NULL,
    "last_pulled_at" TIMESTAMPTZ(3),
    "untagged_since" TIMESTAMPTZ(3),
    "image_created_at" TIMESTAMPTZ(3),
    "tag_count" INTEGER NOT NULL,
    "first_tag" TEXT,
    "tag_names" TEXT NOT NULL,
    "platforms" TEXT[],
    "child_count" INTEGER NOT NULL,
    "referrer_count" INTEGER NOT NULL,
    "logical_bytes" BIGINT NOT NULL,
    "health" TEXT NOT NULL,
    "missing" TEXT[],

    CONSTRAINT "images_pkey" PRIMARY KEY ("repository_id","digest")
);

-- CreateTable
CREATE TABLE "image_pulls" (
    "repository_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "tag" TEXT,
    "count" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "image_pulls_pkey" PRIMARY KEY ("repository_id","digest","actor_name","user_agent")
);

-- CreateTable
CREATE TABLE "image_events" (
    "id" BIGSERIAL NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "space_id" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "tag" TEXT,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_name" TEXT,
    "user_agent" TEXT,
    "source" TEXT NOT NULL,
    "run_id" TEXT,
    "rule_id" TEXT,
    "rule_name" TEXT,
    "rule_revision" INTEGER,
    "other_digest" TEXT,
    "reason" TEXT,

    CONSTRAINT "image_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pins" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "space_id" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "owner_id" TEXT,
    "owner_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "pins_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "crawls" (
    "id" TEXT NOT NULL,
    "registry_id" TEXT NOT NULL,
    "space_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "trigger" TEXT NOT NULL,
    "requested_by_name" TEXT,
    "source" TEXT,
    "cancel_requested_at" TIMESTAMPTZ(3),
    "repositories_total" INTEGER,
    "repositories_done" INTEGER NOT NULL DEFAULT 0,
    "repositories_failed" INTEGER NOT NULL DEFAULT 0,
    "manifests_read" INTEGER NOT NULL DEFAULT 0,
    "last_repository" TEXT,
    "error" TEXT,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "worker_id" TEXT,
    "heartbeat_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "crawls_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "space_samples" (
    "space_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "image_count" INTEGER NOT NULL,
    "tag_count" INTEGER NOT NULL,
    "logical_bytes" BIGINT NOT NULL,
    "stored_bytes" BIGINT NOT NULL,
    "untagged_bytes" BIGINT NOT NULL,
    "bin_bytes" BIGINT NOT NULL,
    "freed_bytes" BIGINT NOT NULL,

    CONSTRAINT "space_samples_pkey" PRIMARY KEY ("space_id","at")
);

-- CreateTable
CREATE TABLE "space_bindings" (
    "space_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "space_bindings_pkey" PRIMARY KEY ("space_id","workspace_id")
);

-- CreateIndex
CREATE INDEX "images_space_id_pushed_at_digest_idx" ON "images"("space_id", "pushed_at" DESC, "digest");

-- CreateIndex
CREATE INDEX "images_space_id_logical_bytes_digest_idx" ON "images"("space_id", "logical_bytes" DESC, "digest");

-- CreateIndex
CREATE INDEX "images_space_id_repository_name_first_tag_digest_idx" ON "images"("space_id", "repository_name", "first_tag", "digest");

-- CreateIndex
CREATE INDEX "images_space_id_last_pulled_at_digest_idx" ON "images"("space_id", "last_pulled_at", "digest");

-- CreateIndex
CREATE INDEX "images_repository_id_pushed_at_digest_idx" ON "images"("repository_id", "pushed_at" DESC, "digest");

-- CreateIndex
CREATE INDEX "image_pulls_repository_id_digest_last_at_idx" ON "image_pulls"("repository_id", "digest", "last_at" DESC);

-- CreateIndex
CREATE INDEX "image_events_space_id_repository_name_digest_at_idx" ON "image_events"("space_id", "repository_name", "digest", "at" DESC);

-- CreateIndex
CREATE INDEX "image_events_space_id_repository_name_tag_at_idx" ON "image_events"("space_id", "repository_name", "tag", "at" DESC);

-- CreateIndex
CREATE INDEX "image_events_workspace_id_idx" ON "image_events"("workspace_id");

-- CreateIndex
CREATE UNIQUE INDEX "pins_id_workspace_id_key" ON "pins"("id", "workspace_id");

-- CreateIndex
CREATE UNIQUE INDEX "pins_space_id_repository_name_digest_key" ON "pins"("space_id", "repository_name", "digest");

-- CreateIndex
CREATE INDEX "crawls_registry_id_created_at_idx" ON "crawls"("registry_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "crawls_status_heartbeat_at_idx" ON "crawls"("status", "heartbeat_at");

-- CreateIndex
CREATE INDEX "space_bindings_workspace_id_idx" ON "space_bindings"("workspace_id");

-- CreateIndex
CREATE INDEX "manifest_references_registry_id_digest_manifest_digest_idx" ON "manifest_references"("registry_id", "digest", "manifest_digest");

-- CreateIndex
CREATE INDEX "repositories_size_stale_since_idx" ON "repositories"("size_stale_since");

-- CreateIndex
CREATE INDEX "spaces_registry_id_prefix_idx" ON "spaces"("registry_id", "prefix");

-- CreateIndex
CREATE INDEX "spaces_workspace_id_name_idx" ON "spaces"("workspace_id", "name");

-- AddForeignKey
ALTER TABLE "images" ADD CONSTRAINT "images_repository_id_workspace_id_fkey" FOREIGN KEY ("repository_id", "workspace_id") REFERENCES "repositories"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_pulls" ADD CONSTRAINT "image_pulls_repository_id_workspace_id_fkey" FOREIGN KEY ("repository_id", "workspace_id") REFERENCES "repositories"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pins" ADD CONSTRAINT "pins_space_id_workspace_id_fkey" FOREIGN KEY ("space_id", "workspace_id") REFERENCES "spaces"("id", "workspace_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "crawls" ADD CONSTRAINT "crawls_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "space_samples" ADD CONSTRAINT "space_samples_space_id_workspace_id_fkey" FOREIGN KEY ("space_id", "workspace_id") REFERENCES "spaces"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "space_bindings" ADD CONSTRAINT "space_bindings_space_id_fkey" FOREIGN KEY ("space_id") REFERENCES "spaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "space_bindings" ADD CONSTRAINT "space_bindings_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say ----------------------------------------------------------------------------

-- Names and prefixes are taken only by spaces that are still there.
CREATE UNIQUE INDEX "spaces_registry_id_prefix_key" ON "spaces"("registry_id", "prefix") WHERE "removed_at" IS NULL;
CREATE UNIQUE INDEX "spaces_workspace_id_name_key" ON "spaces"("workspace_id", "name") WHERE "removed_at" IS NULL;

-- One crawl at a time of a registry, and of a space.
CREATE UNIQUE INDEX "crawls_active_key" ON "crawls"("registry_id", coalesce("space_id", '')) WHERE "status" IN ('queued', 'running');
ALTER TABLE "crawls" ADD CONSTRAINT "crawls_status_check" CHECK ("status" IN ('queued', 'running', 'succeeded', 'failed', 'cancelled'));
ALTER TABLE "images" ADD CONSTRAINT "images_health_check" CHECK ("health" IN ('whole', 'partial', 'ghost', 'unreadable'));

-- Tags are filtered by pattern and by parts of words. A trusted extension: the owner of the database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "images_tag_names_trgm_idx" ON "images" USING gin ("tag_names" gin_trgm_ops);
-- What is rare is found at once.
CREATE INDEX "images_broken_idx" ON "images"("space_id", "pushed_at" DESC, "digest") WHERE "health" <> 'whole';
CREATE INDEX "images_untagged_idx" ON "images"("space_id", "pushed_at" DESC, "digest") WHERE "tag_count" = 0;
