-- What the table of a run's items shows, sorts and filters by: bytes that an image has alone and those that it shares, why in one
-- word (out of the reason, which is too large to look into for every row), and when it was built.
ALTER TABLE "run_items"
  ADD COLUMN "own_bytes" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "shared_bytes" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "reason_code" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "image_created_at" TIMESTAMPTZ(3);

UPDATE "run_items" SET "reason_code" = coalesce("reason" ->> 'code', '');

ALTER TABLE "run_items"
  ADD CONSTRAINT "run_items_sizes_check" CHECK ("own_bytes" >= 0 AND "shared_bytes" >= 0);
