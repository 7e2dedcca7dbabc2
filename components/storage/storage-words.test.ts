import { expect, test } from "vitest";
import { reclaimableOf } from "@/domain/images/reclaimable";
import { fittingName, heldParts, sampleShare, shareText } from "./storage-words";

test("N-05 a share is never rounded to nothing or to all", () => {
  expect([0, 0.0004, 0.0123, 0.3149, 0.999, 1].map(shareText)).toEqual([
    "0 %",
    "under 0.1 %",
    "1.2 %",
    "31 %",
    "99 %",
    "100 %",
  ]);
});

test("N-05 the parts of what is held add up to it", () => {
  const sizes = { storedBytes: 900, untaggedBytes: 300, binBytes: 50, unreferencedBytes: 350 };
  const now = {
    ...{ imageCount: 2, tagCount: 1, brokenCount: 0, logicalBytes: 2000, storedBytes: 900, isStale: false },
    ...{ measuredAt: null, untagged: { images: 1, bytes: 300, isStale: false }, bin: { entries: 1, bytes: 50 } },
    ...{ freedBytes: 0, reclaimable: reclaimableOf(sizes) },
  };
  const parts = heldParts(now);
  expect(parts.map((part) => part.bytes)).toEqual([600, 300, 50, 50]);
  expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(now.reclaimable.heldBytes);
});

test("D-13 names are cut to what tells them apart", () => {
  expect(fittingName("acme/web", 100, 7)).toBe("acme/web");
  expect(fittingName("acme/services/frontend", 70, 7)).toBe("frontend");
  expect(fittingName("acme/services/frontend", 140, 7)).toBe("services/frontend");
  expect(fittingName("acme/services/frontend", 40, 7)).toBe("…tend");
  expect(fittingName("acme/services/frontend", 20, 7)).toBe("");
});

test("N-05 the share of an earlier moment counts what was untagged and in the bin", () => {
  const sample = {
    ...{ at: "2026-01-01T00:00:00Z", imageCount: 1, tagCount: 0, logicalBytes: 0, freedBytes: 0 },
    ...{ storedBytes: 300, untaggedBytes: 100, binBytes: 100 },
  };
  expect(sampleShare(sample)).toBe(0.5);
  expect(sampleShare({ ...sample, storedBytes: 0, binBytes: 0 })).toBeNull();
});
