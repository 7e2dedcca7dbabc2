ALTER TABLE "runs"
  ADD COLUMN "cancel_reason" TEXT,
  ADD COLUMN "confirmation" JSONB,
  ADD COLUMN "confirm_before" TIMESTAMPTZ(3),
  ADD COLUMN "confirmed_at" TIMESTAMPTZ(3),
  ADD COLUMN "confirmed_by_name" TEXT;

-- A run that waits for a confirmation does nothing: somebody may delete images by hand meanwhile. Once confirmed it is active again.
DROP INDEX "runs_one_active_reclaim_per_space";
CREATE UNIQUE INDEX "runs_one_active_reclaim_per_space" ON "runs" ("space_id")
  WHERE "kind" = 'reclaim' AND NOT "is_dry_run" AND "finished_at" IS NULL AND "status" <> 'awaiting_confirmation';
CREATE INDEX "runs_awaiting_confirmation" ON "runs" ("space_id", "confirm_before") WHERE "status" = 'awaiting_confirmation';
-- A run waits only with what it waits for, and until when.
ALTER TABLE "runs" ADD CONSTRAINT "runs_waiting_is_told"
  CHECK ("status" <> 'awaiting_confirmation' OR ("confirmation" IS NOT NULL AND "confirm_before" IS NOT NULL));

ALTER TABLE "spaces" ADD COLUMN "confirm_share_percent" SMALLINT NOT NULL DEFAULT 50;
ALTER TABLE "spaces" ADD CONSTRAINT "spaces_confirm_share_range" CHECK ("confirm_share_percent" BETWEEN 1 AND 100);

ALTER TABLE "reclaim_rules"
  ADD COLUMN "next_run_at" TIMESTAMPTZ(3),
  ADD COLUMN "armed_revision" INTEGER,
  ADD COLUMN "armed_by_run_id" TEXT,
  ADD COLUMN "quota_fired_at" TIMESTAMPTZ(3);
-- What every worker asks each few seconds.
CREATE INDEX "reclaim_rules_due" ON "reclaim_rules" ("next_run_at") WHERE "next_run_at" IS NOT NULL;
CREATE INDEX "reclaim_rules_unscheduled" ON "reclaim_rules" ("id")
  WHERE "is_enabled" AND "next_run_at" IS NULL AND "definition" #>> '{schedule,kind}' = 'cron' AND "definition" ->> 'effect' = 'reclaim';
CREATE INDEX "reclaim_rules_on_quota" ON "reclaim_rules" ("workspace_id")
  WHERE "is_enabled" AND "definition" #>> '{schedule,kind}' = 'onQuota' AND "definition" ->> 'effect' = 'reclaim';

CREATE TABLE "rule_firings" (
  "rule_id" TEXT NOT NULL,
  "scheduled_for" TIMESTAMPTZ(3) NOT NULL,
  "workspace_id" TEXT NOT NULL,
  "space_id" TEXT NOT NULL,
  "revision" INTEGER NOT NULL,
  "trigger" TEXT NOT NULL,
  "outcome" TEXT NOT NULL,
  "reason" TEXT,
  "run_id" TEXT,
  "fired_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "rule_firings_pkey" PRIMARY KEY ("rule_id", "scheduled_for"),
  CONSTRAINT "rule_firings_trigger_known" CHECK ("trigger" IN ('schedule', 'quota')),
  CONSTRAINT "rule_firings_outcome_told" CHECK (
    ("outcome" = 'started' AND "run_id" IS NOT NULL) OR ("outcome" IN ('skipped', 'missed') AND "reason" IS NOT NULL)
  )
);
CREATE INDEX "rule_firings_space_id_fired_at_idx" ON "rule_firings" ("space_id", "fired_at" DESC);
ALTER TABLE "rule_firings" ADD CONSTRAINT "rule_firings_space_id_workspace_id_fkey"
  FOREIGN KEY ("space_id", "workspace_id") REFERENCES "spaces"("id", "workspace_id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "platform_settings" (
  "id" SMALLINT NOT NULL DEFAULT 1,
  "reclaim_stopped_at" TIMESTAMPTZ(3),
  "reclaim_stopped_by_name" TEXT,
  "reclaim_stop_reason" TEXT,
  CONSTRAINT "platform_settings_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "platform_settings_one_row" CHECK ("id" = 1),
  CONSTRAINT "platform_settings_stop_told" CHECK (
    "reclaim_stopped_at" IS NULL OR ("reclaim_stopped_by_name" IS NOT NULL AND "reclaim_stop_reason" IS NOT NULL)
  )
);
INSERT INTO "platform_settings" ("id") VALUES (1);
