-- How many tags a workspace may hold before its lifecycle policies run; a platform admin sets it.
ALTER TABLE "workspaces" ADD COLUMN "tag_quota" INTEGER NOT NULL DEFAULT 5000;
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_tag_quota_check" CHECK ("tag_quota" BETWEEN 1 AND 10000000);

-- Lifecycle policies: of a workspace (no space), of a space (no repository), or of one repository by name.
CREATE TABLE "lifecycle_policies" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "space_id" TEXT,
    "repository_name" TEXT,
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "keep_latest_tags" INTEGER,
    "keep_days" INTEGER,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_by_name" TEXT NOT NULL,

    CONSTRAINT "lifecycle_policies_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "lifecycle_policies_keep_latest_tags_check" CHECK ("keep_latest_tags" >= 1),
    CONSTRAINT "lifecycle_policies_keep_days_check" CHECK ("keep_days" >= 1),
    -- One that is on reserves something: the other way round it would take every tag.
    CONSTRAINT "lifecycle_policies_reserves_check" CHECK (NOT "is_enabled" OR "keep_latest_tags" IS NOT NULL OR "keep_days" IS NOT NULL),
    CONSTRAINT "lifecycle_policies_level_check" CHECK ("repository_name" IS NULL OR "space_id" IS NOT NULL)
);
CREATE UNIQUE INDEX "lifecycle_policies_workspace_key" ON "lifecycle_policies"("workspace_id") WHERE "space_id" IS NULL;
CREATE UNIQUE INDEX "lifecycle_policies_space_key" ON "lifecycle_policies"("space_id") WHERE "space_id" IS NOT NULL AND "repository_name" IS NULL;
CREATE UNIQUE INDEX "lifecycle_policies_repository_key" ON "lifecycle_policies"("space_id", "repository_name") WHERE "repository_name" IS NOT NULL;
CREATE INDEX "lifecycle_policies_workspace_id_idx" ON "lifecycle_policies"("workspace_id");
ALTER TABLE "lifecycle_policies" ADD CONSTRAINT "lifecycle_policies_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "lifecycle_policies" ADD CONSTRAINT "lifecycle_policies_space_id_workspace_id_fkey" FOREIGN KEY ("space_id", "workspace_id") REFERENCES "spaces"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Each time the quota was found reached, and what was started of it.
CREATE TABLE "lifecycle_firings" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "fired_at" TIMESTAMPTZ(3) NOT NULL,
    "tag_count" INTEGER NOT NULL,
    "tag_quota" INTEGER NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "lifecycle_firings_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "lifecycle_firings_workspace_id_fired_at_idx" ON "lifecycle_firings"("workspace_id", "fired_at" DESC);
CREATE INDEX "lifecycle_firings_unfinished_idx" ON "lifecycle_firings"("fired_at") WHERE "finished_at" IS NULL;
ALTER TABLE "lifecycle_firings" ADD CONSTRAINT "lifecycle_firings_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What came of a firing in each space: its run, or why there is none. Written with the run itself, so that a space has one at most.
CREATE TABLE "lifecycle_firing_spaces" (
    "firing_id" TEXT NOT NULL,
    "space_id" TEXT NOT NULL,
    "run_id" TEXT,
    "skipped_reason" TEXT,

    CONSTRAINT "lifecycle_firing_spaces_pkey" PRIMARY KEY ("firing_id", "space_id"),
    CONSTRAINT "lifecycle_firing_spaces_outcome_check" CHECK (("run_id" IS NULL) <> ("skipped_reason" IS NULL))
);
CREATE INDEX "lifecycle_firing_spaces_run_id_idx" ON "lifecycle_firing_spaces"("run_id");
ALTER TABLE "lifecycle_firing_spaces" ADD CONSTRAINT "lifecycle_firing_spaces_firing_id_fkey" FOREIGN KEY ("firing_id") REFERENCES "lifecycle_firings"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Protect rules of the platform: in every plan of every space; at most 15, as of a space.
CREATE TABLE "platform_rules" (
    "id" TEXT NOT NULL,
    "slot" SMALLINT NOT NULL,
    "name" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_by_name" TEXT NOT NULL,

    CONSTRAINT "platform_rules_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "platform_rules_slot_check" CHECK ("slot" BETWEEN 1 AND 15),
    CONSTRAINT "platform_rules_effect_check" CHECK ("definition"->>'effect' = 'protect')
);
CREATE UNIQUE INDEX "platform_rules_slot_key" ON "platform_rules"("slot");
CREATE UNIQUE INDEX "platform_rules_name_key" ON "platform_rules"("name");

-- Fallback tags of referrers are left out of the count of a workspace's tags.
CREATE INDEX "tags_fallback_idx" ON "tags"("workspace_id") WHERE "subject_digest" IS NOT NULL;
