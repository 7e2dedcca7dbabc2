import { z } from "zod";

/** Buckets as AWS, Ceph and MinIO name them. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/;

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash, username, password, pathname } = new URL(text);
  return (
    (protocol === "http:" || protocol === "https:") && search + hash + username + password === "" && pathname === "/"
  );
}

/** A registry's root directory as keys have it: without slashes at its ends, because keys begin without one. */
const rootSchema = z
  .string()
  .trim()
  .max(500)
  .transform((root) => root.replace(/^\/+|\/+$/g, ""));

/** Where in an object store a registry keeps its blobs; what its `storage.s3` section says, without the secret. */
export const s3LocationSchema = z
  .object({
    bucket: z.string().trim().regex(BUCKET, "write the bucket's name alone: 3 to 63 letters, digits, dots and hyphens"),
    region: z.string().trim().min(1, "write the bucket's region, for instance eu-central-1").max(60),
    /** null = AWS */
    endpoint: z
      .string()
      .trim()
      .max(300)
      .refine(isEndpoint, "write http:// or https://, host and port, without a path")
      .transform((endpoint) => endpoint.replace(/\/+$/, ""))
      .nullable(),
    /** the registry's `rootdirectory`; empty where it has none */
    root: rootSchema,
    accessKeyId: z.string().trim().min(1, "write the access key").max(200),
    /** the bucket is part of the path, not of the host's name: what most servers but AWS want */
    forcePathStyle: z.boolean(),
  })
  .strict();
export type S3Location = z.infer<typeof s3LocationSchema>;

/** A bucket, and what it takes to get in. */
export type S3Access = { location: S3Location; secretAccessKey: string };

/** Where it is, for people and messages. */
export function s3Address({ bucket, root }: Pick<S3Location, "bucket" | "root">): string {
  return `s3://${bucket}${root === "" ? "" : `/${root}`}`;
}

/** Whether two locations hold the same objects: two registries in one would collect each other's images. */
export function isSamePlace(one: S3Location, other: S3Location): boolean {
  return one.bucket === other.bucket && one.root === other.root && hostOf(one) === hostOf(other);
}

/** Buckets of AWS are known by their name everywhere. */
function hostOf({ endpoint }: S3Location): string {
  if (endpoint === null) return "aws";
  const { hostname, host } = new URL(endpoint);
  return hostname.endsWith(".amazonaws.com") ? "aws" : host;
}
