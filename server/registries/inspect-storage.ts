import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { isSamePlace, type S3Access } from "@/domain/registries/s3-location";
import {
  createDistributionAdapter,
  type DistributionAdapterOptions,
} from "@/server/platform/registry/distribution-adapter";
import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { listStorages } from "./attachment.store";

type StorageFinding = { state: "good" | "warning" | "bad"; text: string; advice: string | null };
type StoragePlace = { kind: "folder"; root: string } | { kind: "bucket"; bucket: S3Access };

const TRIED_REPOSITORIES = 50;
const SAMPLED_REPOSITORIES = 8;
const SAMPLED_TAGS = 3;

const bad = (text: string, advice: string | null = null): StorageFinding => ({ state: "bad", text, advice });

/**
 * Whether a folder of this server, or a bucket, is the storage of a registry: it has to look like one, belong to no other registry, and
 * say the same as the registry's API for a sample of tags. What cannot be proven is refused: a collection in the wrong place destroys
 * images.
 */
export async function inspectStorage(input: {
  place: StoragePlace;
  /** of the catalogue */
  names: readonly string[];
  adapter: Omit<DistributionAdapterOptions, "storageRoot">;
}): Promise<StorageFinding> {
  return input.place.kind === "folder"
    ? inspectFolder(input.place.root, input)
    : inspectBucket(input.place.bucket, input);
}

type Comparison = Pick<Parameters<typeof inspectStorage>[0], "names" | "adapter">;

async function inspectFolder(root: string, { names, adapter }: Comparison): Promise<StorageFinding> {
  const folder = await readFolder(root);
  if (typeof folder !== "string") return folder;
  for (const other of await listStorages()) {
    if (other.root === null || adapter.url === other.url) continue;
    if ((await realpath(other.root).catch(() => other.root)) === folder) {
      return bad(
        `This folder is the storage of the registry “${other.name}” already.`,
        "Write the folder of this registry.",
      );
    }
  }
  const storage = new FilesystemStorage(folder);
  return compareWith(storage, { names, adapter }, "folder", "Check that the console's user may read all of it.");
}

async function inspectBucket(bucket: S3Access, { names, adapter }: Comparison): Promise<StorageFinding> {
  for (const other of await listStorages()) {
    if (other.bucket === null || adapter.url === other.url || !isSamePlace(other.bucket, bucket.location)) continue;
    return bad(
      `This bucket is the storage of the registry “${other.name}” already.`,
      "Write the bucket, or the root directory in it, of this registry.",
    );
  }
  const { S3Storage } = await import("@/server/platform/storage/s3-storage");
  const storage = new S3Storage({ ...bucket, attempts: 2 });
  try {
    const failure = await storage.whyNotReadable();
    if (failure !== null) return bad(`The bucket cannot be read: ${failure.text}.`, failure.advice);
    if (!(await storage.holdsRegistry())) {
      return bad(
        `There is no registry's storage at ${storage.location}: docker/registry/v2 is not in it.`,
        "Write the registry's bucket and rootdirectory. A new registry has nothing there before its first push: push an image first.",
      );
    }
    const advice = "Check what the access key may read.";
    const found = await compareWith(storage, { names, adapter }, "bucket", advice);
    const whyNot = found.state === "good" ? await storage.whyNotWritable() : null;
    if (whyNot === null) return found;
    return {
      state: "warning",
      text: `The bucket is this registry's storage, but nothing can be deleted in it: ${whyNot}. Garbage collections will fail.`,
      advice: "Give the access key the rights to write and delete objects, and to list and abort multipart uploads.",
    };
  } finally {
    storage.close();
  }
}

async function compareWith(
  storage: BlobStorage,
  { names, adapter: options }: Comparison,
  what: "folder" | "bucket",
  advice: string,
): Promise<StorageFinding> {
  const adapter = createDistributionAdapter({ ...options, storageRoot: storage.location });
  try {
    return await compare(adapter, storage, names, what);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : "it cannot be read";
    return bad(`The storage could not be compared with the registry: ${why}`, advice);
  } finally {
    adapter.close();
  }
}

/** The folder without links, or why it is none. */
async function readFolder(root: string): Promise<string | StorageFinding> {
  if (!path.isAbsolute(root)) return bad("The storage folder has to be a whole path, from / on.");
  const folder = await realpath(root).catch((error: NodeJS.ErrnoException) => error);
  if (typeof folder !== "string") {
    return folder.code === "EACCES"
      ? bad("The console may not read this folder.", "Give the console's user the right to read and write it.")
      : bad(
          "There is no such folder on the console's server.",
          "Mount the registry's storage there, or leave the folder empty.",
        );
  }
  const isFolder = (name: string) =>
    stat(name).then(
      (found) => found.isDirectory(),
      () => false,
    );
  if (await isFolder(path.join(folder, "docker/registry/v2"))) return folder;
  const above = /^(.+?)\/docker(\/registry(\/v2)?)?$/.exec(folder)?.[1];
  if (above && (await isFolder(path.join(above, "docker/registry/v2")))) {
    return bad("This folder is inside the registry's storage.", `Write the folder above: ${above}`);
  }
  return bad(
    "This folder does not look like a registry's storage: docker/registry/v2 is not in it.",
    "Write the registry's rootdirectory. A new registry makes that folder at its first push: push an image first.",
  );
}

async function compare(
  adapter: RegistryAdapter,
  storage: BlobStorage,
  names: readonly string[],
  what: "folder" | "bucket",
): Promise<StorageFinding> {
  let repositories = 0;
  let compared = 0;
  for (const repository of sample(names, TRIED_REPOSITORIES)) {
    if (repositories === SAMPLED_REPOSITORIES) break;
    const tags = sample(await adapter.listTags(repository), SAMPLED_TAGS);
    if (tags.length > 0) repositories++;
    for (const tag of tags) {
      let outcome = await compareTag(adapter, storage, repository, tag);
      // Somebody may push it just now: only what differs twice is different.
      if (outcome === "differs") outcome = await compareTag(adapter, storage, repository, tag);
      if (outcome === "differs") {
        return bad(
          `This ${what} is not the storage of this registry: ${repository}:${tag} is not the same in both.`,
          what === "folder"
            ? "Write the rootdirectory of the registry at this address."
            : "Write bucket and rootdirectory of the registry at this address.",
        );
      }
      if (outcome === "same") compared++;
    }
  }
  if (compared > 0) {
    const count = compared === 1 ? "1 tag" : `${compared} tags`;
    return { state: "good", text: `The ${what} is this registry's storage: ${count} compared.`, advice: null };
  }
  return bad(
    `Whether this ${what} is the registry's storage cannot be told: there is no tag to compare.`,
    `Push an image first, or attach the registry without its storage and add the ${what} later.`,
  );
}

async function compareTag(
  adapter: RegistryAdapter,
  storage: BlobStorage,
  repository: string,
  tag: string,
): Promise<"same" | "differs" | "gone"> {
  const [resolved, stored] = await Promise.all([adapter.resolve(repository, tag), storage.readTag(repository, tag)]);
  const target = stored?.target ?? null;
  if (target !== (resolved?.digest ?? null)) return "differs";
  return target === null ? "gone" : "same";
}

/** Some of a list, spread over all of it. */
function sample<T>(all: readonly T[], count: number): T[] {
  const step = Math.max(1, all.length / count);
  return Array.from({ length: Math.min(count, all.length) }, (_, at) => all[Math.floor(at * step)]).filter(
    (one) => one !== undefined,
  );
}
