import fc from "fast-check";
import { expect, test } from "vitest";
import { RepositoryQueue } from "./repository-queue";

const items = fc.array(fc.record({ repositoryName: fc.constantFrom("a", "b", "c"), n: fc.nat() }), { maxLength: 40 });

test("R-05 hands out every item once, in its repository's order, never two repositories at once", () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(1)), (all, size, lanes) => {
      const queue = new RepositoryQueue(all);
      const given: typeof all = [];
      for (let at = 0; ; at++) {
        const group = queue.take(lanes[at] ?? 0, size);
        if (group.length === 0) break;
        expect(group.length).toBeLessThanOrEqual(size);
        expect(new Set(group.map((one) => one.repositoryName)).size).toBe(1);
        given.push(...group);
      }
      for (const name of ["a", "b", "c"]) {
        const own = (one: { repositoryName: string }) => one.repositoryName === name;
        expect(given.filter(own)).toEqual(all.filter(own));
      }
      expect(given).toHaveLength(all.length);
    }),
  );
});

test("R-05 each lane ends its repository before it begins another, and none is in another's while there is one of its own", () => {
  const queue = new RepositoryQueue([..."aaaabbc"].map((repositoryName) => ({ repositoryName })));
  const take = (lane: number) => queue.take(lane, 1)[0]?.repositoryName;
  expect([take(0), take(1), take(0), take(1), take(0), take(1), take(1)]).toEqual(["a", "b", "a", "b", "a", "c", "a"]);
  expect(take(0)).toBeUndefined();
});
