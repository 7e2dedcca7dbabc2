import { type S3Location, s3LocationSchema } from "@/domain/registries/s3-location";

/** A bucket while it is written down. */
export interface BucketDraft {
  bucket: string;
  region: string;
  endpoint: string;
  root: string;
  accessKeyId: string;
  secretAccessKey: string;
  forcePathStyle: boolean;
}

export const EMPTY_BUCKET: BucketDraft = {
  ...{ bucket: "", region: "us-east-1", endpoint: "", root: "", accessKeyId: "", secretAccessKey: "" },
  forcePathStyle: false,
};

/** What is known of a registry's bucket, to be edited; its secret is not among it. */
export function bucketDraftOf(location: S3Location | null): BucketDraft {
  if (location === null) return EMPTY_BUCKET;
  return { ...location, endpoint: location.endpoint ?? "", secretAccessKey: "" };
}

function parse({ secretAccessKey: _, endpoint, ...rest }: BucketDraft) {
  return s3LocationSchema.safeParse({ ...rest, endpoint: endpoint.trim() === "" ? null : endpoint });
}

export type BucketProblems = Partial<Record<keyof BucketDraft, string>>;

/** What can be said of a bucket without asking it. `kept`: the one that the registry has, whose secret can stay. */
export function bucketProblems(draft: BucketDraft, kept: S3Location | null): BucketProblems {
  const problems: BucketProblems = {};
  const parsed = parse(draft);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const field = path[0] as keyof BucketDraft;
    problems[field] ??= `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  }
  if (draft.secretAccessKey !== "") return problems;
  if (kept === null) problems.secretAccessKey = "Write the secret key.";
  else if (parsed.success && (parsed.data.endpoint !== kept.endpoint || parsed.data.accessKeyId !== kept.accessKeyId))
    problems.secretAccessKey = "Write the secret key again: the kept one belongs to another endpoint or access key.";
  return problems;
}

/** The bucket as the API takes it; null while it is not whole. */
export function bucketBody(draft: BucketDraft): (S3Location & { secretAccessKey?: string }) | null {
  const parsed = parse(draft);
  if (!parsed.success) return null;
  return { ...parsed.data, ...(draft.secretAccessKey === "" ? {} : { secretAccessKey: draft.secretAccessKey }) };
}

/** Whether it says something else than what is kept. */
export function isBucketChanged(draft: BucketDraft, kept: S3Location | null): boolean {
  if (kept === null || draft.secretAccessKey !== "") return true;
  const { data } = parse(draft);
  return (Object.keys(kept) as (keyof S3Location)[]).some((key) => data?.[key] !== kept[key]);
}
