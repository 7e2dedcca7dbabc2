-- AlterTable
ALTER TABLE "registries" ADD COLUMN     "detached_at" TIMESTAMPTZ(3);

-- DropIndex
DROP INDEX "registries_url_key";

-- CreateIndex
CREATE INDEX "registries_url_idx" ON "registries"("url");


-- What Prisma's schema cannot say ----------------------------------------------------------------------------

-- An address is taken only by a registry that is still attached: runs and history keep the row of one that is not.
CREATE UNIQUE INDEX "registries_url_key" ON "registries"("url") WHERE "detached_at" IS NULL;
