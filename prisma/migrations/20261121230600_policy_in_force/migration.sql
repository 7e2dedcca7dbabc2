-- Since which revision a policy reserves what it reserves now: images that were restored stay exempt where it was only switched off and on.
ALTER TABLE "lifecycle_policies" ADD COLUMN "keep_revision" INTEGER NOT NULL DEFAULT 1;
-- Since when it reserves that, and is on: what fires for the first time since then, and was not previewed, waits for a confirmation.
ALTER TABLE "lifecycle_policies" ADD COLUMN "in_force_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
UPDATE "lifecycle_policies" SET "keep_revision" = "revision", "in_force_since" = "updated_at";
ALTER TABLE "lifecycle_policies" ADD CONSTRAINT "lifecycle_policies_keep_revision_check" CHECK ("keep_revision" BETWEEN 1 AND "revision");
