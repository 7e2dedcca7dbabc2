-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "RunKind" AS ENUM ('reclaim', 'restore', 'purge', 'gc');

-- CreateEnum
CREATE TYPE "RunStatus" AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'partial_limit', 'time_boxed');

-- CreateEnum
CREATE TYPE "BinEntryState" AS ENUM ('recycling', 'held', 'restoring', 'restored', 'purging', 'purged');

-- CreateEnum
CREATE TYPE "RegistryKind" AS ENUM ('distribution', 'harbor');

-- CreateEnum
CREATE TYPE "RegistryAuth" AS ENUM ('console', 'basic', 'none');

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('admin', 'editor', 'viewer');

-- CreateTable
CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "is_platform_admin" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gc_candidates" (
    "run_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "tag" TEXT NOT NULL DEFAULT '',
    "digest" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',

    CONSTRAINT "gc_candidates_pkey" PRIMARY KEY ("run_id","kind","repository_name","tag","digest")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "space_id" TEXT NOT NULL,
    "registry_id" TEXT NOT NULL,
    "kind" "RunKind" NOT NULL,
    "status" "RunStatus" NOT NULL DEFAULT 'queued',
    "phase" TEXT NOT NULL DEFAULT 'requested',
    "is_dry_run" BOOLEAN NOT NULL DEFAULT false,
    "trigger" TEXT NOT NULL,
    "options" JSONB NOT NULL,
    "requested_by_id" TEXT,
    "requested_by_name" TEXT NOT NULL,
    "frozen_now" TIMESTAMPTZ(3) NOT NULL,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "worker_id" TEXT,
    "heartbeat_at" TIMESTAMPTZ(3),
    "cancel_requested_at" TIMESTAMPTZ(3),
    "cancel_requested_by" TEXT,
    "progress" JSONB NOT NULL DEFAULT '{}',
    "totals" JSONB NOT NULL DEFAULT '{}',
    "error" JSONB,
    "last_sequence" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_events" (
    "run_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "data" JSONB NOT NULL,

    CONSTRAINT "run_events_pkey" PRIMARY KEY ("run_id","sequence")
);

-- CreateTable
CREATE TABLE "run_items" (
    "run_id" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "step" TEXT,
    "repository_name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "tags" TEXT[],
    "selected_tags" TEXT[],
    "reason" JSONB NOT NULL,
    "members" JSONB NOT NULL,
    "rule_id" TEXT,
    "size_bytes" BIGINT NOT NULL,
    "unique_bytes" BIGINT NOT NULL,
    "pushed_at" TIMESTAMPTZ(3),
    "last_pulled_at" TIMESTAMPTZ(3),
    "bin_entry_id" TEXT,
    "error" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_items_pkey" PRIMARY KEY ("run_id","ordinal")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT,
    "space_id" TEXT,
    "actor_id" TEXT,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "request_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "repositories" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "space_id" TEXT NOT NULL,
    "registry_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_crawled_at" TIMESTAMPTZ(3),

    CONSTRAINT "repositories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "manifests" (
    "registry_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "artifact_type" TEXT,
    "subject_digest" TEXT,
    "size_bytes" INTEGER NOT NULL,
    "platform" TEXT,
    "image_created_at" TIMESTAMPTZ(3),
    "unreadable_reason" TEXT,
    "parsed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "manifests_pkey" PRIMARY KEY ("registry_id","digest")
);

-- CreateTable
CREATE TABLE "manifest_references" (
    "registry_id" TEXT NOT NULL,
    "manifest_digest" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "role" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "media_type" TEXT,
    "size_bytes" BIGINT NOT NULL,
    "platform" TEXT,
    "is_foreign" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "manifest_references_pkey" PRIMARY KEY ("registry_id","manifest_digest","ordinal")
);

-- CreateTable
CREATE TABLE "repository_manifests" (
    "repository_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "registry_id" TEXT NOT NULL,
    "pushed_at" TIMESTAMPTZ(3) NOT NULL,
    "pushed_at_source" TEXT NOT NULL,
    "last_pulled_at" TIMESTAMPTZ(3),
    "untagged_since" TIMESTAMPTZ(3),

    CONSTRAINT "repository_manifests_pkey" PRIMARY KEY ("repository_id","digest")
);

-- CreateTable
CREATE TABLE "tags" (
    "repository_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "pushed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tags_pkey" PRIMARY KEY ("repository_id","name")
);

-- CreateTable
CREATE TABLE "bin_entries" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "space_id" TEXT NOT NULL,
    "registry_id" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "bin_repository_name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "state" "BinEntryState" NOT NULL DEFAULT 'recycling',
    "reason" JSONB NOT NULL,
    "rule_id" TEXT,
    "rule_revision" INTEGER,
    "run_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "pushed_at" TIMESTAMPTZ(3),
    "last_pulled_at" TIMESTAMPTZ(3),
    "recycled_at" TIMESTAMPTZ(3),
    "purge_after" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "bin_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bin_entry_manifests" (
    "entry_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "role" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "is_removed_at_source" BOOLEAN NOT NULL,
    "pushed_at" TIMESTAMPTZ(3),

    CONSTRAINT "bin_entry_manifests_pkey" PRIMARY KEY ("entry_id","digest")
);

-- CreateTable
CREATE TABLE "bin_entry_tags" (
    "entry_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "pushed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "bin_entry_tags_pkey" PRIMARY KEY ("entry_id","name")
);

-- CreateTable
CREATE TABLE "registries" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT,
    "name" TEXT NOT NULL,
    "kind" "RegistryKind" NOT NULL DEFAULT 'distribution',
    "url" TEXT NOT NULL,
    "auth" "RegistryAuth" NOT NULL,
    "username" TEXT,
    "password_encrypted" TEXT,
    "storage_root" TEXT,
    "gc_enabled_at" TIMESTAMPTZ(3),
    "gc_epoch" INTEGER NOT NULL DEFAULT 0,
    "read_only_run_id" TEXT,
    "read_only_since" TIMESTAMPTZ(3),
    "last_write_token_expires_at" TIMESTAMPTZ(3),
    "unused_blob_count" INTEGER,
    "unused_bytes" BIGINT,
    "unused_manifest_count" INTEGER,
    "unused_measured_at" TIMESTAMPTZ(3),
    "last_crawled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "registries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "registry_events" (
    "registry_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processed_at" TIMESTAMPTZ(3),

    CONSTRAINT "registry_events_pkey" PRIMARY KEY ("registry_id","id")
);

-- CreateTable
CREATE TABLE "reclaim_rules" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "space_id" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL,
    "name" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_by_name" TEXT NOT NULL,

    CONSTRAINT "reclaim_rules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rule_revisions" (
    "rule_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "space_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by_name" TEXT NOT NULL,

    CONSTRAINT "rule_revisions_pkey" PRIMARY KEY ("rule_id","revision")
);

-- CreateTable
CREATE TABLE "spaces" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "registry_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "bin_retention_days" INTEGER NOT NULL DEFAULT 30,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "spaces_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspaces" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workspaces_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "members" (
    "workspace_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" "Role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "members_pkey" PRIMARY KEY ("workspace_id","user_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE INDEX "gc_candidates_run_id_state_kind_idx" ON "gc_candidates"("run_id", "state", "kind");

-- CreateIndex
CREATE INDEX "runs_space_id_created_at_id_idx" ON "runs"("space_id", "created_at" DESC, "id");

-- CreateIndex
CREATE INDEX "runs_registry_id_kind_created_at_idx" ON "runs"("registry_id", "kind", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "runs_id_workspace_id_key" ON "runs"("id", "workspace_id");

-- CreateIndex
CREATE INDEX "run_items_run_id_state_ordinal_idx" ON "run_items"("run_id", "state", "ordinal");

-- CreateIndex
CREATE INDEX "run_items_run_id_action_ordinal_idx" ON "run_items"("run_id", "action", "ordinal");

-- CreateIndex
CREATE INDEX "run_items_workspace_id_digest_idx" ON "run_items"("workspace_id", "digest");

-- CreateIndex
CREATE INDEX "audit_events_workspace_id_at_id_idx" ON "audit_events"("workspace_id", "at" DESC, "id");

-- CreateIndex
CREATE INDEX "audit_events_space_id_at_id_idx" ON "audit_events"("space_id", "at" DESC, "id");

-- CreateIndex
CREATE INDEX "repositories_space_id_name_idx" ON "repositories"("space_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "repositories_id_workspace_id_key" ON "repositories"("id", "workspace_id");

-- CreateIndex
CREATE UNIQUE INDEX "repositories_registry_id_name_key" ON "repositories"("registry_id", "name");

-- CreateIndex
CREATE INDEX "manifests_registry_id_subject_digest_idx" ON "manifests"("registry_id", "subject_digest");

-- CreateIndex
CREATE INDEX "manifest_references_registry_id_digest_idx" ON "manifest_references"("registry_id", "digest");

-- CreateIndex
CREATE INDEX "repository_manifests_registry_id_digest_idx" ON "repository_manifests"("registry_id", "digest");

-- CreateIndex
CREATE INDEX "repository_manifests_workspace_id_idx" ON "repository_manifests"("workspace_id");

-- CreateIndex
CREATE INDEX "tags_repository_id_digest_idx" ON "tags"("repository_id", "digest");

-- CreateIndex
CREATE INDEX "bin_entries_space_id_state_recycled_at_id_idx" ON "bin_entries"("space_id", "state", "recycled_at" DESC, "id");

-- CreateIndex
CREATE INDEX "bin_entries_state_purge_after_idx" ON "bin_entries"("state", "purge_after");

-- CreateIndex
CREATE INDEX "bin_entries_registry_id_bin_repository_name_state_idx" ON "bin_entries"("registry_id", "bin_repository_name", "state");

-- CreateIndex
CREATE UNIQUE INDEX "bin_entries_id_workspace_id_key" ON "bin_entries"("id", "workspace_id");

-- CreateIndex
CREATE INDEX "bin_entry_manifests_digest_idx" ON "bin_entry_manifests"("digest");

-- CreateIndex
CREATE UNIQUE INDEX "registries_url_key" ON "registries"("url");

-- CreateIndex
CREATE INDEX "registry_events_registry_id_processed_at_received_at_idx" ON "registry_events"("registry_id", "processed_at", "received_at");

-- CreateIndex
CREATE UNIQUE INDEX "reclaim_rules_id_workspace_id_key" ON "reclaim_rules"("id", "workspace_id");

-- CreateIndex
CREATE UNIQUE INDEX "reclaim_rules_space_id_slot_key" ON "reclaim_rules"("space_id", "slot");

-- CreateIndex
CREATE UNIQUE INDEX "reclaim_rules_space_id_name_key" ON "reclaim_rules"("space_id", "name");

-- CreateIndex
CREATE INDEX "rule_revisions_workspace_id_idx" ON "rule_revisions"("workspace_id");

-- CreateIndex
CREATE UNIQUE INDEX "spaces_id_workspace_id_key" ON "spaces"("id", "workspace_id");

-- CreateIndex
CREATE UNIQUE INDEX "spaces_registry_id_prefix_key" ON "spaces"("registry_id", "prefix");

-- CreateIndex
CREATE UNIQUE INDEX "spaces_workspace_id_name_key" ON "spaces"("workspace_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "workspaces_slug_key" ON "workspaces"("slug");

-- CreateIndex
CREATE INDEX "members_user_id_idx" ON "members"("user_id");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gc_candidates" ADD CONSTRAINT "gc_candidates_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_space_id_workspace_id_fkey" FOREIGN KEY ("space_id", "workspace_id") REFERENCES "spaces"("id", "workspace_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_events" ADD CONSTRAINT "run_events_run_id_workspace_id_fkey" FOREIGN KEY ("run_id", "workspace_id") REFERENCES "runs"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_items" ADD CONSTRAINT "run_items_run_id_workspace_id_fkey" FOREIGN KEY ("run_id", "workspace_id") REFERENCES "runs"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "repositories" ADD CONSTRAINT "repositories_space_id_workspace_id_fkey" FOREIGN KEY ("space_id", "workspace_id") REFERENCES "spaces"("id", "workspace_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "manifests" ADD CONSTRAINT "manifests_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "manifest_references" ADD CONSTRAINT "manifest_references_registry_id_manifest_digest_fkey" FOREIGN KEY ("registry_id", "manifest_digest") REFERENCES "manifests"("registry_id", "digest") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "repository_manifests" ADD CONSTRAINT "repository_manifests_repository_id_workspace_id_fkey" FOREIGN KEY ("repository_id", "workspace_id") REFERENCES "repositories"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "repository_manifests" ADD CONSTRAINT "repository_manifests_registry_id_digest_fkey" FOREIGN KEY ("registry_id", "digest") REFERENCES "manifests"("registry_id", "digest") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tags" ADD CONSTRAINT "tags_repository_id_workspace_id_fkey" FOREIGN KEY ("repository_id", "workspace_id") REFERENCES "repositories"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bin_entries" ADD CONSTRAINT "bin_entries_space_id_workspace_id_fkey" FOREIGN KEY ("space_id", "workspace_id") REFERENCES "spaces"("id", "workspace_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bin_entry_manifests" ADD CONSTRAINT "bin_entry_manifests_entry_id_workspace_id_fkey" FOREIGN KEY ("entry_id", "workspace_id") REFERENCES "bin_entries"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bin_entry_tags" ADD CONSTRAINT "bin_entry_tags_entry_id_workspace_id_fkey" FOREIGN KEY ("entry_id", "workspace_id") REFERENCES "bin_entries"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reclaim_rules" ADD CONSTRAINT "reclaim_rules_space_id_workspace_id_fkey" FOREIGN KEY ("space_id", "workspace_id") REFERENCES "spaces"("id", "workspace_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "spaces" ADD CONSTRAINT "spaces_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "spaces" ADD CONSTRAINT "spaces_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "members" ADD CONSTRAINT "members_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say.

-- At most one active collection a registry, and one active reclaim (a dry run changes nothing and is not counted) a space.
CREATE UNIQUE INDEX "runs_one_active_gc_per_registry" ON "runs" ("registry_id") WHERE "kind" = 'gc' AND "finished_at" IS NULL;
CREATE UNIQUE INDEX "runs_one_active_reclaim_per_space" ON "runs" ("space_id") WHERE "kind" = 'reclaim' AND NOT "is_dry_run" AND "finished_at" IS NULL;
-- The reconciler's question: which runs are not finished.
CREATE INDEX "runs_unfinished" ON "runs" ("created_at") WHERE "finished_at" IS NULL;

-- 15 rules a space, whoever races.
ALTER TABLE "reclaim_rules" ADD CONSTRAINT "reclaim_rules_slot_range" CHECK ("slot" BETWEEN 1 AND 15);

ALTER TABLE "spaces" ADD CONSTRAINT "spaces_bin_retention_range" CHECK ("bin_retention_days" BETWEEN 1 AND 365);

-- History only grows.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
