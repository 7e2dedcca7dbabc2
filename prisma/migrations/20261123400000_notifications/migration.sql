-- Where a workspace is told of what happens, what happened, and what was sent of it. What is told is written by the transaction in which it
-- happens: neither exists without the other.
CREATE TABLE "notification_targets" (
    "id" TEXT PRIMARY KEY,
    "workspace_id" TEXT NOT NULL REFERENCES "workspaces" ("id") ON DELETE CASCADE,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "address" TEXT,
    "address_encrypted" TEXT,
    "recipients" TEXT[] NOT NULL DEFAULT '{}',
    "signing_secret_encrypted" TEXT,
    "previous_secret_encrypted" TEXT,
    "previous_secret_until" TIMESTAMPTZ(3),
    "events" TEXT[] NOT NULL,
    "is_enabled" BOOLEAN NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "created_by_name" TEXT NOT NULL,
    CONSTRAINT "notification_targets_kind" CHECK (
      ("kind" = 'email' AND "address" IS NULL AND "address_encrypted" IS NULL AND cardinality("recipients") > 0 AND "signing_secret_encrypted" IS NULL)
      OR ("kind" = 'slack' AND "address" IS NOT NULL AND "address_encrypted" IS NOT NULL AND "recipients" = '{}' AND "signing_secret_encrypted" IS NULL)
      OR ("kind" = 'webhook' AND "address" IS NOT NULL AND "address_encrypted" IS NOT NULL AND "recipients" = '{}' AND "signing_secret_encrypted" IS NOT NULL)
    )
);
CREATE UNIQUE INDEX "notification_targets_workspace_id_name_key" ON "notification_targets" ("workspace_id", lower("name"));
CREATE UNIQUE INDEX "notification_targets_id_workspace_id_key" ON "notification_targets" ("id", "workspace_id");

CREATE TABLE "notification_events" (
    "id" TEXT PRIMARY KEY,
    "workspace_id" TEXT NOT NULL REFERENCES "workspaces" ("id") ON DELETE CASCADE,
    "kind" TEXT NOT NULL,
    "run_id" TEXT REFERENCES "runs" ("id") ON DELETE CASCADE,
    "data" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT now()
);
CREATE INDEX "notification_events_at_idx" ON "notification_events" ("at");
CREATE INDEX "notification_events_run_id_idx" ON "notification_events" ("run_id");

CREATE TABLE "notification_deliveries" (
    "id" TEXT PRIMARY KEY,
    "workspace_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL REFERENCES "notification_events" ("id") ON DELETE CASCADE,
    "target_id" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" JSONB NOT NULL DEFAULT '[]',
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) DEFAULT now(),
    "delivered_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    CONSTRAINT "notification_deliveries_state" CHECK ("state" IN ('pending', 'delivered', 'failed')),
    CONSTRAINT "notification_deliveries_due" CHECK (("state" = 'pending') = ("next_attempt_at" IS NOT NULL)),
    CONSTRAINT "notification_deliveries_target" FOREIGN KEY ("target_id", "workspace_id")
      REFERENCES "notification_targets" ("id", "workspace_id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "notification_deliveries_event_id_target_id_key" ON "notification_deliveries" ("event_id", "target_id");
CREATE INDEX "notification_deliveries_due_idx" ON "notification_deliveries" ("next_attempt_at") WHERE "state" = 'pending';
CREATE INDEX "notification_deliveries_workspace_idx" ON "notification_deliveries" ("workspace_id", "created_at" DESC, "id" DESC);
CREATE INDEX "notification_deliveries_target_idx" ON "notification_deliveries" ("target_id", "created_at" DESC, "id" DESC);

-- What was told already and is not told again: a quota while it stays near, a day's entries of a bin.
CREATE TABLE "notification_marks" (
    "workspace_id" TEXT NOT NULL REFERENCES "workspaces" ("id") ON DELETE CASCADE,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    PRIMARY KEY ("workspace_id", "kind", "subject")
);

-- Writes an event and its deliveries, where any target of the workspace wants it; true = one did.
CREATE FUNCTION "notify_targets"("told_workspace" text, "told_kind" text, "told_run" text, "told_data" jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  told_id text := 'ntf_' || replace(gen_random_uuid()::text, '-', '');
BEGIN
  IF NOT EXISTS (SELECT 1 FROM notification_targets WHERE workspace_id = told_workspace AND is_enabled AND told_kind = ANY (events)) THEN
    RETURN false;
  END IF;
  INSERT INTO notification_events (id, workspace_id, kind, run_id, data) VALUES (told_id, told_workspace, told_kind, told_run, told_data);
  INSERT INTO notification_deliveries (id, workspace_id, event_id, target_id)
    SELECT 'dlv_' || replace(gen_random_uuid()::text, '-', ''), told_workspace, told_id, id
    FROM notification_targets WHERE workspace_id = told_workspace AND is_enabled AND told_kind = ANY (events);
  RETURN true;
END $$;

-- Whatever ends a run, or has it wait for somebody, tells of it: a worker, a cancel, a switch, a clock.
CREATE FUNCTION "notify_of_run"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told text := CASE
    WHEN NEW.status = 'awaiting_confirmation' THEN 'run.waiting'
    WHEN NEW.finished_at IS NULL OR OLD.finished_at IS NOT NULL THEN NULL
    WHEN NEW.kind = 'gc' AND NEW.status = 'failed' THEN 'gc.failed'
    WHEN NEW.status = 'failed' THEN 'run.failed'
    WHEN NEW.is_dry_run THEN CASE WHEN NEW.status = 'cancelled' THEN NULL ELSE 'preview.ready' END
    WHEN NEW.kind = 'gc' THEN 'gc.finished'
    ELSE 'run.finished' END;
BEGIN
  IF told IS NOT NULL THEN PERFORM notify_targets(NEW.workspace_id, told, NEW.id, '{}'); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "runs_notify" AFTER UPDATE OF "status" ON "runs" FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION "notify_of_run"();

SELECT audit_watch('notification_targets', '{revision}');
