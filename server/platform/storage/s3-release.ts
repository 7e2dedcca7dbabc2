import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  type LifecycleRule,
} from "@aws-sdk/client-s3";
import type { PhysicalRelease } from "./blob-storage";
import type { S3Bucket } from "./s3-bucket";

const DAY_MS = 24 * 3_600_000;

/**
 * When bytes that are deleted at `now` are really free: at once in a bucket without versions; where it keeps versions, when one of its
 * lifecycle rules ends them. Never throws.
 */
export async function physicalRelease(bucket: S3Bucket, now: Date): Promise<PhysicalRelease> {
  const Bucket = bucket.name;
  let status: string | undefined;
  try {
    status = (await bucket.client.send(new GetBucketVersioningCommand({ Bucket }))).Status;
  } catch {
    return unknown("whether this bucket keeps versions cannot be read (s3:GetBucketVersioning)");
  }
  if (status === undefined) return { at: now, why: "The bucket keeps no versions: objects are deleted at once." };
  const versions =
    status === "Enabled" ? "The bucket keeps versions of what is deleted" : "The bucket keeps versions from before";
  let rules: LifecycleRule[];
  try {
    rules = (await bucket.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules ?? [];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "NoSuchLifecycleConfiguration")
      return unknown(`${versions}, and its lifecycle rules cannot be read (s3:GetLifecycleConfiguration)`);
    rules = [];
  }
  const days = rules.flatMap((rule) => daysKept(rule, bucket.prefix)).sort((a, b) => a - b)[0];
  if (days === undefined) {
    return {
      at: null,
      why: `${versions}, and no lifecycle rule ends them: the space is not free until somebody deletes the versions.`,
    };
  }
  const count = days === 1 ? "a day" : `${days} days`;
  return { at: endOfDayAfter(now, days), why: `${versions}; a lifecycle rule ends them after ${count}.` };
}

function unknown(why: string): PhysicalRelease {
  return { at: null, why: `It is not known when the space is free: ${why}.` };
}

/** After how many days a rule ends versions of everything below the registry's root; none where it does not, or not of all. */
function daysKept(rule: LifecycleRule, root: string): number[] {
  const { NoncurrentDays, NewerNoncurrentVersions = 0 } = rule.NoncurrentVersionExpiration ?? {};
  // What is deleted is the newest of the old versions, so a rule that leaves some leaves it.
  if (rule.Status !== "Enabled" || NoncurrentDays === undefined || NewerNoncurrentVersions > 0) return [];
  const { And, Tag, ObjectSizeGreaterThan, ObjectSizeLessThan } = rule.Filter ?? {};
  const limits = [Tag, ObjectSizeGreaterThan, ObjectSizeLessThan, And?.Tags, And?.ObjectSizeGreaterThan];
  if ([...limits, And?.ObjectSizeLessThan].some((limit) => limit !== undefined)) return [];
  const prefix = rule.Filter?.Prefix ?? And?.Prefix ?? rule.Prefix ?? "";
  return `${root}docker/registry/v2/`.startsWith(prefix) ? [NoncurrentDays] : [];
}

/** Stores end versions at the midnight (UTC) after so many days. */
function endOfDayAfter(now: Date, days: number): Date {
  return new Date((Math.floor((now.getTime() + days * DAY_MS) / DAY_MS) + 1) * DAY_MS);
}
