import { type S3Location, s3LocationSchema } from "@/domain/registries/s3-location";
import type { RegistryRecord } from "./registry.store";

/** The bucket that a registry's row names; null where its storage is no bucket. */
export function s3LocationOf({ storageS3 }: Pick<RegistryRecord, "storageS3">): S3Location | null {
  return storageS3 === null ? null : s3LocationSchema.parse(storageS3);
}
