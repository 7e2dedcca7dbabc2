-- What online collections moved out of their registry's sight: written before the first blob goes there.
CREATE TABLE "gc_quarantines" (
    "run_id" TEXT NOT NULL,
    "registry_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "storage_key" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "purge_after" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "looked_over_at" TIMESTAMPTZ(3),

    CONSTRAINT "gc_quarantines_pkey" PRIMARY KEY ("run_id"),
    CONSTRAINT "gc_quarantines_state_check" CHECK ("state" IN ('open', 'kept', 'purging', 'purged', 'giving_back', 'given_back')),
    -- Only what is kept has a time, and what has ended is over.
    CONSTRAINT "gc_quarantines_kept_check" CHECK ("state" <> 'kept' OR "purge_after" IS NOT NULL),
    CONSTRAINT "gc_quarantines_ended_check" CHECK (("state" IN ('purged', 'given_back')) = ("ended_at" IS NOT NULL))
);
ALTER TABLE "gc_quarantines" ADD CONSTRAINT "gc_quarantines_run_id_workspace_id_fkey" FOREIGN KEY ("run_id", "workspace_id") REFERENCES "runs"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "gc_quarantines" ADD CONSTRAINT "gc_quarantines_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the clock has to see to.
CREATE INDEX "gc_quarantines_unended_idx" ON "gc_quarantines"("registry_id") WHERE "ended_at" IS NULL;
CREATE INDEX "gc_quarantines_unlooked_idx" ON "gc_quarantines"("ended_at") WHERE "ended_at" IS NOT NULL AND "looked_over_at" IS NULL;

-- Whether the registry remembers blobs that are gone (storage.cache.blobdescriptor), as last tried: unknown | none | memory | redis
ALTER TABLE "registries" ADD COLUMN "blob_cache" TEXT NOT NULL DEFAULT 'unknown';
ALTER TABLE "registries" ADD CONSTRAINT "registries_blob_cache_check" CHECK ("blob_cache" IN ('unknown', 'none', 'memory', 'redis'));
