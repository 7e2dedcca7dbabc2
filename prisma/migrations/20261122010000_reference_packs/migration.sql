-- What a registry's manifests refer to, in packs of about a thousand manifests (domain/gc/reference-pack.ts): a collection reads all of
-- them in one scan, which a row a reference is far too many for.
CREATE TABLE "reference_packs" (
    "registry_id" TEXT NOT NULL,
    "id" BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    "body" BYTEA NOT NULL,
    CONSTRAINT "reference_packs_pkey" PRIMARY KEY ("registry_id", "id"),
    CONSTRAINT "reference_packs_registry_id_fkey" FOREIGN KEY ("registry_id") REFERENCES "registries"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
-- Digests do not compress: trying only costs time.
ALTER TABLE "reference_packs" ALTER COLUMN "body" SET STORAGE EXTERNAL;
