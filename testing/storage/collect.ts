import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { MarkPolicy } from "@/domain/gc/mark";
import { type Candidate, inBatches } from "@/server/gc/candidate-list";
import { findCandidates } from "@/server/gc/find-candidates";
import { type ReferenceCache, scanStorage } from "@/server/gc/scan-storage";
import { sweepCandidates } from "@/server/gc/sweep-candidates";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { ThreadGate } from "@/server/platform/storage/thread-gate";

/** A reference cache in memory, as PostgreSQL is one. */
export class MemoryReferenceCache implements ReferenceCache {
  readonly packs = new Map<string, Uint32Array>();
  #made = 0;

  async loadPacks(): Promise<{ id: string; words: Uint32Array }[]> {
    return [...this.packs].map(([id, words]) => ({ id, words }));
  }

  async replacePacks(dropped: readonly string[], added: readonly Uint32Array[]): Promise<void> {
    for (const id of dropped) this.packs.delete(id);
    for (const words of added) this.packs.set(`${++this.#made}`, words);
  }

  async lookUp(): Promise<ReadonlyMap<string, never>> {
    return new Map<string, never>();
  }
}

const DRAINED_POLICY: MarkPolicy = {
  deleteUntagged: false,
  keptRepositoryPrefixes: ["recyclebin"],
  collectedPrefixes: null,
  keptDigests: [],
  keepWrittenAfterMs: null,
  keepRevisionsWrittenAfterMs: null,
};

/** A storage that is asked by its own calls, as one that lies elsewhere: no thread knows where it is. */
export function withoutThreads(storage: FilesystemStorage): BlobStorage {
  const names = Object.getOwnPropertyNames(FilesystemStorage.prototype).filter((name) => name !== "constructor");
  const calls = Object.fromEntries(
    names.map((name) => [name, (Reflect.get(storage, name) as (...values: unknown[]) => unknown).bind(storage)]),
  );
  const { location, concurrency } = storage;
  const plain = { ...calls, location, concurrency, snapshot: async () => plain } as unknown as BlobStorage;
  return plain;
}

/** Marks a storage tree as a collection does, without a database. */
export async function markTree(
  root: string,
  policy: Partial<MarkPolicy> = {},
  cache: ReferenceCache = new MemoryReferenceCache(),
  storage: BlobStorage = new FilesystemStorage(root),
) {
  const whole = { ...DRAINED_POLICY, ...policy };
  const scan = await scanStorage(storage, { cache, withLinkTimes: whole.keepWrittenAfterMs !== null });
  const found = await findCandidates(storage, scan, whole);
  const of = (kind: Candidate["kind"]) => found.candidates.filter((candidate) => candidate.kind === kind);
  return {
    storage,
    scan,
    found,
    garbage: of("blob")
      .map(({ digest }) => digest)
      .sort(),
    garbageBytes: of("blob").reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    removedRevisions: of("revision")
      .map(({ repositoryName, digest }) => `${repositoryName} ${digest}`)
      .sort(),
    oddities: [...scan.oddities, ...found.mark.oddities],
  };
}

/** Marks and sweeps a storage tree to its end. */
export async function collectTree(root: string, policy: Partial<MarkPolicy> = {}) {
  const marked = await markTree(root, policy);
  const sweep = await sweepCandidates(marked.storage, inBatches(marked.found.candidates, 200), {
    beforeBatch: async () => {},
    onBatch: async () => {},
    nowMs: () => 0,
    gate: new ThreadGate(),
  });
  for (const digest of marked.found.emptyBlobDirectories) await marked.storage.removeEmptyBlob(digest);
  return { ...marked, sweep };
}

/** A new empty directory for a test's tree, and how to remove it. */
export function temporaryRoot(): { root: string; remove: () => void } {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "reclaim-storage-"));
  return { root, remove: () => fs.rmSync(root, { recursive: true, force: true }) };
}
