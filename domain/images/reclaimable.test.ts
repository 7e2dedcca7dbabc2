import fc from "fast-check";
import { expect, test } from "vitest";
import { reclaimableOf } from "./reclaimable";

test("N-05 what is reclaimable is untagged, binned and unreferenced, and nothing counts twice", () => {
  expect(reclaimableOf({ storedBytes: 600, untaggedBytes: 100, binBytes: 200, unreferencedBytes: 300 })).toEqual({
    reclaimableBytes: 500,
    heldBytes: 1000,
    share: 0.5,
  });
  // Unused data that is no more than the untagged images themselves adds nothing.
  expect(reclaimableOf({ storedBytes: 400, untaggedBytes: 100, binBytes: 0, unreferencedBytes: 80 })).toEqual({
    reclaimableBytes: 100,
    heldBytes: 400,
    share: 0.25,
  });
});

test("N-05 nothing held has no share, and unknown unused data is left out", () => {
  const nothing = { storedBytes: 0, untaggedBytes: 0, binBytes: 0, unreferencedBytes: null };
  expect(reclaimableOf(nothing)).toEqual({ reclaimableBytes: 0, heldBytes: 0, share: null });
  expect(reclaimableOf({ ...nothing, storedBytes: 10 }).share).toBe(0);
});

test("N-05 the share stays between 0 and 1, whatever was measured when", () => {
  const bytes = fc.nat(10_000);
  fc.assert(
    fc.property(bytes, bytes, bytes, fc.option(bytes), (storedBytes, untaggedBytes, binBytes, unreferencedBytes) => {
      const { share, reclaimableBytes, heldBytes } = reclaimableOf({
        ...{ storedBytes, untaggedBytes, binBytes, unreferencedBytes },
      });
      expect(reclaimableBytes).toBeLessThanOrEqual(heldBytes);
      expect(heldBytes).toBeGreaterThanOrEqual(storedBytes + binBytes);
      if (share !== null) expect(share).toBeGreaterThanOrEqual(0);
    }),
  );
});
