import fc from "fast-check";
import { expect, it } from "vitest";
import type { ManifestsRead } from "@/server/platform/storage/manifest-reading";
import { decodeManifests, encodeManifests } from "./shard-result";

const text = fc.string({ unit: "binary" });
const read: fc.Arbitrary<ManifestsRead> = fc.record({
  pack: fc.option(fc.uint32Array({ maxLength: 40 }).map((words) => new Uint32Array(words))),
  unpacked: fc.array(
    fc.record({
      digest: text,
      references: fc.record({
        ...{ references: fc.array(text), children: fc.array(text), subject: fc.option(text) },
        isUnknownKind: fc.boolean(),
      }),
    }),
  ),
  missing: fc.array(text),
  unreadable: fc.array(fc.record({ digest: text, reason: text, mentioned: fc.array(text) })),
  unknownTypes: fc.array(fc.record({ digest: text, mediaType: text })),
});

it("what one worker reads is what another takes in, wherever the bytes lie", () => {
  fc.assert(
    fc.property(fc.array(read), fc.integer({ min: 0, max: 7 }), (reads, offset) => {
      const bytes = encodeManifests(reads);
      const moved = new Uint8Array(bytes.length + offset);
      moved.set(bytes, offset);
      expect(decodeManifests(moved.subarray(offset))).toEqual(reads);
    }),
  );
});

it("refuses what was cut off", () => {
  const bytes = encodeManifests([
    { pack: new Uint32Array([1, 2, 3]), unpacked: [], missing: [], unreadable: [], unknownTypes: [] },
  ]);
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeManifests(bytes.subarray(0, length))).toThrow();
});
