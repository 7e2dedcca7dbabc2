-- Parts of a collection's work that any worker may do. The rows say what is to be done, by whom, and how far it is; Redis only wakes workers up.
CREATE TABLE "gc_shards" (
    "run_id" TEXT NOT NULL,
    -- Of the registry: under another epoch nobody goes on with them.
    "gc_epoch" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "run_epoch" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    -- Keys (repository, tag, digest) of candidates: those after the one up to the other; null = no end.
    "after_key" TEXT[],
    "up_to_key" TEXT[],
    -- Digests as words, and what was found of them: of shards of a mark.
    "input" BYTEA,
    "result" BYTEA,
    "details" JSONB,
    -- Blobs that are kept: whoever does not see them does not see this storage.
    "witnesses" TEXT[] NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    -- How often it was claimed: the fence of whoever has it.
    "claim" INTEGER NOT NULL DEFAULT 0,
    "claimed_by" TEXT,
    -- Until then its worker may still be touching something, whatever became of it.
    "valid_until" TIMESTAMPTZ(3),
    "is_revoked" BOOLEAN NOT NULL DEFAULT false,
    "done_count" INTEGER NOT NULL DEFAULT 0,
    "failed_count" INTEGER NOT NULL DEFAULT 0,
    "deleted_manifests" INTEGER NOT NULL DEFAULT 0,
    "deleted_blobs" INTEGER NOT NULL DEFAULT 0,
    "freed_bytes" BIGINT NOT NULL DEFAULT 0,
    -- The first failures, in words that the run's workspace may read.
    "failures" TEXT[] NOT NULL DEFAULT '{}',

    CONSTRAINT "gc_shards_pkey" PRIMARY KEY ("run_id", "gc_epoch", "number"),
    CONSTRAINT "gc_shards_kind_check" CHECK ("kind" IN ('revision', 'tag_index', 'blob', 'layer_link', 'manifests')),
    CONSTRAINT "gc_shards_state_check" CHECK ("state" IN ('pending', 'active', 'done', 'failed')),
    CONSTRAINT "gc_shards_active_check" CHECK ("state" <> 'active' OR ("claimed_by" IS NOT NULL AND "valid_until" IS NOT NULL))
);
ALTER TABLE "gc_shards" ADD CONSTRAINT "gc_shards_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Those that somebody may be at: asked before read-only mode ends.
CREATE INDEX "gc_shards_active_idx" ON "gc_shards"("run_id") WHERE "state" = 'active';
