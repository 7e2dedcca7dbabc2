import type { S3Access, S3Location } from "@/domain/registries/s3-location";
import { AppError } from "@/server/platform/app-error";
import { decryptSecret, encryptSecret } from "@/server/platform/crypto/secret-box";
import { bucketColumns } from "./attachment.store";
import type { RegistryRecord } from "./registry.store";
import { s3LocationOf } from "./s3-location-of";

export type BucketInput = S3Location & { secretAccessKey?: string | undefined };

/**
 * The bucket that somebody wrote down. Where they left out its secret, that of `registry` is used, for its own endpoint and access key
 * alone.
 * @throws AppError unprocessable where there is none to use
 */
export function bucketAccess(
  input: BucketInput,
  registry: Pick<RegistryRecord, "storageS3" | "s3SecretEncrypted"> | null,
): S3Access {
  const { secretAccessKey, ...location } = input;
  if (secretAccessKey) return { location, secretAccessKey };
  const kept = registry === null ? null : s3LocationOf(registry);
  if (kept === null || !registry?.s3SecretEncrypted)
    throw new AppError("unprocessable", "Write the secret key of the bucket's access key.");
  if (kept.endpoint !== location.endpoint || kept.accessKeyId !== location.accessKeyId) {
    throw new AppError(
      "unprocessable",
      "Write the secret key again: the one that is kept belongs to another endpoint or access key.",
    );
  }
  return { location, secretAccessKey: decryptSecret(registry.s3SecretEncrypted) };
}

/** The bucket that a registry has, with its secret; null where it has none. */
export function bucketOf(registry: Pick<RegistryRecord, "storageS3" | "s3SecretEncrypted">): S3Access | null {
  const location = s3LocationOf(registry);
  if (location === null || registry.s3SecretEncrypted === null) return null;
  return { location, secretAccessKey: decryptSecret(registry.s3SecretEncrypted) };
}

/** The columns of a registry's row that keep its bucket. */
export function bucketRow(bucket: S3Access | null) {
  return bucketColumns(bucket && { location: bucket.location, secretEncrypted: encryptSecret(bucket.secretAccessKey) });
}
