-- A sample says of which inventory its measured sizes are, and when they were measured: `at` is the hour that it stands for.
ALTER TABLE "space_samples" ADD COLUMN     "inventory_revision" BIGINT NOT NULL,
ADD COLUMN     "measured_at" TIMESTAMPTZ(3) NOT NULL;

-- Whether the demo dated anything of a space is asked with every list of spaces, and mostly the answer is no.
CREATE INDEX "repository_manifests_demo_idx" ON "repository_manifests"("repository_id") WHERE "pushed_at_source" = 'demo';
