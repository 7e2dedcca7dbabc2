-- Where a registry keeps its blobs in a bucket: the location as the console reads it, and the secret of its access key, encrypted.
ALTER TABLE "registries" ADD COLUMN     "storage_s3" JSONB,
ADD COLUMN     "s3_secret_encrypted" TEXT;

-- A registry has one storage, and a bucket cannot be read without its secret.
ALTER TABLE "registries" ADD CONSTRAINT "registries_one_storage_check" CHECK ("storage_root" IS NULL OR "storage_s3" IS NULL);
ALTER TABLE "registries" ADD CONSTRAINT "registries_s3_secret_check" CHECK (("storage_s3" IS NULL) = ("s3_secret_encrypted" IS NULL));
