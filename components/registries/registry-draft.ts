import type { z } from "zod";
import type { attachRegistryBodySchema, RegistryDto, updateRegistryBodySchema } from "@/contracts/registries";
import { parseRegistryUrl } from "@/domain/registries/registry-url";
import type { S3Location } from "@/domain/registries/s3-location";
import {
  type BucketDraft,
  type BucketProblems,
  bucketBody,
  bucketDraftOf,
  bucketProblems,
  EMPTY_BUCKET,
  isBucketChanged,
} from "./bucket-draft";

/** A registry while it is written down, for a new one and for one that is edited. */
export interface RegistryDraft {
  name: string;
  url: string;
  auth: "none" | "basic";
  username: string;
  password: string;
  /** where it keeps its blobs, as the console reaches it */
  storage: "none" | "folder" | "bucket";
  storageRoot: string;
  bucket: BucketDraft;
  isPlatformWide: boolean;
}

export const EMPTY_DRAFT: RegistryDraft = {
  name: "",
  url: "",
  auth: "basic",
  username: "",
  password: "",
  storage: "none",
  storageRoot: "",
  bucket: EMPTY_BUCKET,
  isPlatformWide: false,
};

/** What is known of a registry, to be edited; its password is not among it. */
export function draftOf(registry: RegistryDto): RegistryDraft {
  return {
    name: registry.name,
    url: registry.url,
    auth: registry.auth === "none" ? "none" : "basic",
    username: registry.username ?? "",
    password: "",
    storage: registry.storageS3 ? "bucket" : registry.storageRoot ? "folder" : "none",
    storageRoot: registry.storageRoot ?? "",
    bucket: bucketDraftOf(registry.storageS3),
    isPlatformWide: registry.owner === "platform",
  };
}

type DraftProblems = Partial<Record<"name" | "url" | "username" | "password" | "storageRoot", string>> & {
  bucket?: BucketProblems;
};

/**
 * What can be said of a draft without asking the registry. `kept`: the registry has a password, for this address; `keptBucket`: it has a
 * bucket, with its secret.
 */
export function draftProblems(
  draft: RegistryDraft,
  kept: { url: string } | null,
  keptBucket: S3Location | null = null,
): DraftProblems {
  const problems: DraftProblems = {};
  if (draft.storage === "folder" && draft.storageRoot.trim() === "") problems.storageRoot = "Write the folder.";
  if (draft.storage === "bucket") {
    const bucket = bucketProblems(draft.bucket, keptBucket);
    if (Object.keys(bucket).length > 0) problems.bucket = bucket;
  }
  if (draft.name.trim().length < 2) problems.name = "Give the registry a name of at least 2 characters.";
  const address = parseRegistryUrl(draft.url);
  if (!address.ok) problems.url = address.problem;
  if (draft.auth === "none") return problems;
  if (draft.username.trim() === "") problems.username = "Write the user name.";
  if (draft.password !== "") return problems;
  if (kept === null) problems.password = "Write the password.";
  else if (address.ok && address.url !== kept.url) {
    problems.password = "Write the password again: the kept one is only sent to the address that it was given for.";
  }
  return problems;
}

/** The connection as the API takes it, for a test and for attaching. */
export function connectionBody(draft: RegistryDraft): Omit<z.input<typeof attachRegistryBodySchema>, "name"> {
  const { url, auth, username, password, storage, storageRoot, isPlatformWide } = draft;
  const bucket = storage === "bucket" ? bucketBody(draft.bucket) : null;
  return {
    kind: "distribution",
    url: url.trim(),
    auth,
    ...(auth === "basic" ? { username: username.trim(), ...(password === "" ? {} : { password }) } : {}),
    ...(storage === "folder" ? { storageRoot: storageRoot.trim() } : {}),
    ...(bucket === null ? {} : { storageS3: bucket }),
    isPlatformWide,
  };
}

/** Only what differs from what is kept: a new name alone needs no test of the registry. */
export function changeBody(draft: RegistryDraft, registry: RegistryDto): z.input<typeof updateRegistryBodySchema> {
  const before = draftOf(registry);
  const change: z.input<typeof updateRegistryBodySchema> = {};
  if (draft.name.trim() !== before.name) change.name = draft.name.trim();
  if (draft.url.trim() !== before.url) change.url = draft.url.trim();
  if (draft.auth !== before.auth) change.auth = draft.auth;
  if (draft.auth === "basic") {
    if (draft.username.trim() !== before.username) change.username = draft.username.trim();
    if (draft.password !== "") change.password = draft.password;
  }
  return { ...change, ...storageChange(draft, registry) };
}

/** One storage takes the place of the other; none leaves the one that there is. */
function storageChange(
  { storage, storageRoot, bucket }: RegistryDraft,
  registry: RegistryDto,
): Pick<z.input<typeof updateRegistryBodySchema>, "storageRoot" | "storageS3"> {
  if (storage === "folder")
    return storageRoot.trim() === registry.storageRoot ? {} : { storageRoot: storageRoot.trim() };
  if (storage === "bucket") {
    const body = isBucketChanged(bucket, registry.storageS3) ? bucketBody(bucket) : null;
    return body === null ? {} : { storageS3: body };
  }
  return {
    ...(registry.storageRoot === null ? {} : { storageRoot: null }),
    ...(registry.storageS3 === null ? {} : { storageS3: null }),
  };
}
