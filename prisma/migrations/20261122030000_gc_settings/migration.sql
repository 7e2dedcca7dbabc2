-- Who enabled collections of a registry, and what of its unused data needs no untagged manifest to go.
ALTER TABLE "registries" ADD COLUMN "gc_enabled_by_name" TEXT;
ALTER TABLE "registries" ADD COLUMN "unused_blob_bytes" BIGINT;

-- An admin of a workspace asks a platform admin to enable them.
CREATE TABLE "gc_requests" (
    "registry_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "requested_by_name" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gc_requests_pkey" PRIMARY KEY ("registry_id", "workspace_id")
);
ALTER TABLE "gc_requests" ADD CONSTRAINT "gc_requests_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "gc_requests" ADD CONSTRAINT "gc_requests_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- When a workspace has a registry collected by itself.
CREATE TABLE "gc_schedules" (
    "registry_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "expression" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "is_enabled" BOOLEAN NOT NULL,
    "options" JSONB NOT NULL,
    "revision" INTEGER NOT NULL,
    "next_run_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_by_name" TEXT NOT NULL,

    CONSTRAINT "gc_schedules_pkey" PRIMARY KEY ("registry_id", "workspace_id"),
    CONSTRAINT "gc_schedules_revision_check" CHECK ("revision" >= 1),
    -- A disabled one never comes due.
    CONSTRAINT "gc_schedules_next_run_check" CHECK ("is_enabled" OR "next_run_at" IS NULL)
);
CREATE INDEX "gc_schedules_due_idx" ON "gc_schedules"("next_run_at") WHERE "next_run_at" IS NOT NULL;
ALTER TABLE "gc_schedules" ADD CONSTRAINT "gc_schedules_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "gc_schedules" ADD CONSTRAINT "gc_schedules_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What came of each time that one was due.
CREATE TABLE "gc_firings" (
    "registry_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "scheduled_for" TIMESTAMPTZ(3) NOT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "run_id" TEXT,
    "fired_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gc_firings_pkey" PRIMARY KEY ("registry_id", "workspace_id", "scheduled_for"),
    CONSTRAINT "gc_firings_outcome_check" CHECK ("outcome" IN ('started', 'skipped', 'missed')),
    CONSTRAINT "gc_firings_run_check" CHECK (("outcome" = 'started') = ("run_id" IS NOT NULL))
);
ALTER TABLE "gc_firings" ADD CONSTRAINT "gc_firings_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "gc_firings" ADD CONSTRAINT "gc_firings_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What happened to one registry, newest first.
CREATE INDEX "audit_events_registry_idx" ON "audit_events"("resource_id", "at" DESC, "id") WHERE "resource_type" = 'registry';
