import fc from "fast-check";
import { expect, test } from "vitest";
import { inventoryChange, isNoChange, type RepositoryContents, touchedDigests } from "./inventory-change";

const contents = (digests: string[], tags: Record<string, string>): RepositoryContents => ({
  digests: new Set(digests),
  tags: new Map(Object.entries(tags)),
});

test("only what differs is in a change", () => {
  const known = contents(["a", "b", "c"], { one: "a", two: "b", three: "c" });
  const found = contents(["a", "b", "d"], { one: "a", two: "d", four: "b", three: "c" });
  expect(inventoryChange(known, found)).toEqual({
    addedDigests: ["d"],
    removedDigests: ["c"],
    setTags: [
      { name: "two", digest: "d", before: "b" },
      { name: "four", digest: "b", before: null },
    ],
    removedTags: [{ name: "three", digest: "c" }],
  });
});

test("a referrer's tag that goes touches its subject", () => {
  const subject = `sha256:${"0".repeat(64)}`;
  const tag = `sha256-${"0".repeat(64)}.sig`;
  const change = inventoryChange(contents(["s"], { [tag]: "s" }), contents(["s"], {}));
  expect(touchedDigests(change).sort()).toEqual(["s", subject].sort());
});

test("writing a change gives what was found, whatever was known", () => {
  const digest = fc.constantFrom("a", "b", "c", "d", "e");
  const repository = fc
    .tuple(fc.uniqueArray(digest), fc.dictionary(fc.constantFrom("v1", "v2", "v3"), digest))
    .map(([digests, tags]) => contents(digests, tags));
  fc.assert(
    fc.property(repository, repository, (known, found) => {
      const change = inventoryChange(known, found);
      const digests = new Set([...known.digests, ...change.addedDigests]);
      for (const gone of change.removedDigests) digests.delete(gone);
      const tags = new Map(known.tags);
      for (const tag of change.setTags) tags.set(tag.name, tag.digest);
      for (const tag of change.removedTags) tags.delete(tag.name);
      const lead = [...found.tags].filter(([, target]) => found.digests.has(target));
      expect([...digests].sort()).toEqual([...found.digests].sort());
      expect([...tags].sort()).toEqual(lead.sort());
      expect(isNoChange(inventoryChange({ digests, tags }, found))).toBe(true);
      const touched = new Set(touchedDigests(change));
      for (const one of [...change.addedDigests, ...change.removedDigests]) expect(touched).toContain(one);
    }),
  );
});
