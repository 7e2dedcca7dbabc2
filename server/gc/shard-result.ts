import type { ManifestsRead } from "@/server/platform/storage/manifest-reading";

const WORD = Uint32Array.BYTES_PER_ELEMENT;

type Rest = Omit<ManifestsRead, "pack"> & { packWords: number | null };

/** What was read, as bytes: how long the text is, packs one after the other, and the rest as JSON text. */
export function encodeManifests(reads: readonly ManifestsRead[]): Uint8Array {
  const rest = reads.map(({ pack, ...others }): Rest => ({ ...others, packWords: pack?.length ?? null }));
  const text = Buffer.from(JSON.stringify(rest));
  const head = Buffer.alloc(WORD);
  head.writeUInt32LE(text.length);
  const packs = reads.flatMap(({ pack }) =>
    pack === null ? [] : [Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength)],
  );
  return Buffer.concat([head, ...packs, text]);
}

/** The contrary. @throws Error where it is not whole */
export function decodeManifests(bytes: Uint8Array): ManifestsRead[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textAt = buffer.length - buffer.readUInt32LE(0);
  const rest = JSON.parse(buffer.subarray(textAt).toString()) as Rest[];
  let at = WORD;
  const reads = rest.map(({ packWords, ...others }): ManifestsRead => {
    if (packWords === null) return { ...others, pack: null };
    const words = wordsOf(buffer.subarray(at, at + packWords * WORD));
    at += packWords * WORD;
    return { ...others, pack: words };
  });
  if (at !== textAt) throw new Error("what a shard found is not whole");
  return reads;
}

/** A copy that is aligned: what a row or a message holds need not be. */
export function wordsOf(bytes: Uint8Array): Uint32Array<ArrayBuffer> {
  const aligned = new Uint8Array(bytes.length - (bytes.length % WORD));
  aligned.set(bytes.subarray(0, aligned.length));
  return new Uint32Array(aligned.buffer);
}
