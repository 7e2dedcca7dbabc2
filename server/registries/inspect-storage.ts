import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import {
  createDistributionAdapter,
  type DistributionAdapterOptions,
} from "@/server/platform/registry/distribution-adapter";
import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { listStorageRoots } from "./attachment.store";

type StorageFinding = { state: "good" | "bad"; text: string; advice: string | null };

const TRIED_REPOSITORIES = 50;
const SAMPLED_REPOSITORIES = 8;
const SAMPLED_TAGS = 3;

const bad = (text: string, advice: string | null = null): StorageFinding => ({ state: "bad", text, advice });

/**
 * Whether a folder of this server is the storage of a registry: it has to look like one, belong to no other registry, and say the same as
 * the registry's API for a sample of tags. What cannot be proven is refused: a collection in the wrong folder destroys images.
 */
export async function inspectStorage(input: {
  root: string;
  /** of the catalogue */
  names: readonly string[];
  adapter: Omit<DistributionAdapterOptions, "storageRoot">;
}): Promise<StorageFinding> {
  const folder = await readFolder(input.root);
  if (typeof folder !== "string") return folder;
  for (const other of await listStorageRoots()) {
    if (input.adapter.url !== other.url && (await realpath(other.root).catch(() => other.root)) === folder) {
      return bad(
        `This folder is the storage of the registry “${other.name}” already.`,
        "Write the folder of this registry.",
      );
    }
  }
  const adapter = createDistributionAdapter({ ...input.adapter, storageRoot: folder });
  try {
    return await compare(adapter, new FilesystemStorage(folder), input.names);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : "it cannot be read";
    return bad(
      `The storage could not be compared with the registry: ${why}`,
      "Check that the console's user may read all of it.",
    );
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
  storage: FilesystemStorage,
  names: readonly string[],
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
          `This folder is not the storage of this registry: ${repository}:${tag} is not the same in both.`,
          "Write the rootdirectory of the registry at this address.",
        );
      }
      if (outcome === "same") compared++;
    }
  }
  if (compared > 0) {
    const count = compared === 1 ? "1 tag" : `${compared} tags`;
    return { state: "good", text: `The folder is this registry's storage: ${count} compared.`, advice: null };
  }
  return bad(
    "Whether this folder is the registry's storage cannot be told: there is no tag to compare.",
    "Push an image first, or attach the registry without its storage and add the folder later.",
  );
}

async function compareTag(
  adapter: RegistryAdapter,
  storage: FilesystemStorage,
  repository: string,
  tag: string,
): Promise<"same" | "differs" | "gone"> {
  const [resolved, stored] = await Promise.all([adapter.resolve(repository, tag), storage.listTags(repository)]);
  const target = stored.find((entry) => entry.name === tag)?.target ?? null;
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
