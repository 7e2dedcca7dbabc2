import { DIGEST_WORDS, digestToWords } from "@/domain/gc/digest-words";
import { env } from "@/server/platform/env";
import type { ManifestsRead } from "@/server/platform/storage/manifest-reading";
import { dismissHelpers } from "./dismiss-helpers";
import { insertShards, takeShardResult } from "./gc-shard.store";
import { LeaseLost } from "./lease-lost";
import { isHelpAtHand, runShards, type Sharing } from "./run-shards";
import type { ScanSource } from "./scan-source";
import { decodeManifests } from "./shard-result";

/** What a shard found is a row: some hundred kilobytes. */
const MANIFESTS_MAX = 1_000;

/** A source whose manifests are read together with other workers, where there are many and anybody helps; what is found is the same. */
export function sharedSource(source: ScanSource, sharing: Sharing): ScanSource {
  return {
    blobs: () => source.blobs(),
    repositories: (names) => source.repositories(names),
    async *manifests(digests, others) {
      const isMany = digests.length / DIGEST_WORDS >= env().RECLAIM_GC_SHARD_MIN;
      // Of a folder: this machine's processors are at it already, with as many threads.
      const onOtherHosts = sharing.storage.concurrency.reads === 1;
      if (isMany && (await isHelpAtHand(sharing.context.run, { onOtherHosts }))) {
        sharing.context.log("shared", { text: "Other workers read manifests, too." });
        yield* readTogether(source, sharing, digests);
        if (others.length > 0) yield* source.manifests(new Uint32Array(0), others);
      } else yield* source.manifests(digests, others);
    },
  };
}

async function* readTogether(source: ScanSource, whole: Sharing, digests: Uint32Array): AsyncGenerator<ManifestsRead> {
  const { lease, context } = whole;
  const numbers = await insertShards(lease, "manifests", partsOf(digests), []);
  if (numbers === null) throw new LeaseLost("another epoch began");
  const stop = new AbortController();
  const sharing = { ...whole, signal: AbortSignal.any([whole.signal, stop.signal]) };
  const isDone = new Set<number>();
  let changed = () => {};
  const running = runShards(sharing, numbers, (states) => {
    for (const { number, state } of states) if (state === "done") isDone.add(number);
    changed();
    return false;
  });
  running.catch(() => undefined);
  const missing: string[] = [];
  try {
    for (const number of numbers) {
      while (!isDone.has(number)) {
        const next = new Promise<void>((resolve) => {
          changed = resolve;
        });
        if (!isDone.has(number)) await Promise.race([next, running]);
      }
      for (const read of decodeManifests(await takeShardResult(lease, number))) {
        missing.push(...read.missing);
        yield { ...read, missing: [] };
      }
    }
    await running;
  } finally {
    stop.abort(new LeaseLost("nobody waits for it any more"));
    await running.catch(() => undefined);
    await dismissHelpers(context.run);
  }
  // That something is not there is believed of this worker only: another one may not see the storage.
  if (missing.length > 0) yield* source.manifests(wordsOfAll(missing), []);
}

function partsOf(digests: Uint32Array): { after: null; upTo: null; input: Uint8Array }[] {
  const size = Math.min(MANIFESTS_MAX, env().RECLAIM_GC_SHARD_SIZE) * DIGEST_WORDS;
  return Array.from({ length: Math.ceil(digests.length / size) }, (_, i) => {
    const { buffer, byteOffset, byteLength } = digests.subarray(i * size, (i + 1) * size);
    return { after: null, upTo: null, input: new Uint8Array(buffer, byteOffset, byteLength) };
  });
}

function wordsOfAll(digests: readonly string[]): Uint32Array {
  const words = new Uint32Array(digests.length * DIGEST_WORDS);
  digests.forEach((digest, i) => {
    digestToWords(digest, words, i * DIGEST_WORDS);
  });
  return words;
}
