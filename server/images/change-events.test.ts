import { expect, test } from "vitest";
import { changeEvents } from "./change-events";

const now = new Date("2026-01-02T00:00:00.000Z");
const early = new Date("2020-01-01T00:00:00.000Z");
const nothing = { addedDigests: [], removedDigests: [], setTags: [], removedTags: [] };
const facts = { isFirstReading: false, now, pushedAt: new Map([["new", early]]), parts: new Set<string>() };

test("N-11 a first reading tells of pushes only, one a tag, at the times that the registry knows", () => {
  const change = {
    ...nothing,
    addedDigests: ["new", "untagged"],
    setTags: [
      { name: "v1", digest: "new", before: null },
      { name: "v2", digest: "new", before: null },
    ],
  };
  expect(changeEvents(change, { ...facts, isFirstReading: true })).toEqual([
    { digest: "new", tag: "v1", kind: "pushed", at: early },
    { digest: "new", tag: "v2", kind: "pushed", at: early },
  ]);
});

test("N-11 a tag that moves leaves a line at both digests", () => {
  const change = { ...nothing, addedDigests: ["new"], setTags: [{ name: "v1", digest: "new", before: "old" }] };
  expect(changeEvents(change, facts)).toEqual([
    { digest: "old", tag: "v1", kind: "overwritten", at: now, otherDigest: "new" },
    { digest: "new", tag: "v1", kind: "pushed", at: early, otherDigest: "old" },
  ]);
  expect(changeEvents({ ...change, addedDigests: [] }, facts)[1]).toMatchObject({ kind: "tagged", at: now });
});

test("N-11 what goes with its digest is gone, a tag alone is untagged, and parts are not told of one by one", () => {
  const change = {
    ...nothing,
    addedDigests: ["child", "alone"],
    removedDigests: ["dead", "part"],
    removedTags: [
      { name: "v1", digest: "dead" },
      { name: "v2", digest: "kept" },
    ],
  };
  expect(changeEvents(change, { ...facts, parts: new Set(["child", "part"]) })).toEqual([
    { digest: "dead", tag: "v1", kind: "gone", at: now },
    { digest: "kept", tag: "v2", kind: "untagged", at: now },
    { digest: "alone", tag: null, kind: "pushed", at: now },
  ]);
});
