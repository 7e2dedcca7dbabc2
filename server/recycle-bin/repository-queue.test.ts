import fc from "fast-check";
import { expect, test } from "vitest";
import { RepositoryQueue } from "./repository-queue";

const items = fc.array(fc.record({ repositoryName: fc.constantFrom("a", "b", "c"), n: fc.nat() }), { maxLength: 40 });

test("R-05 hands out every item once, in its repository's order, never two repositories at once", () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 9 }), (all, size) => {
      const queue = new RepositoryQueue(all);
      const given: typeof all = [];
      for (let group = queue.take(size); group.length > 0; group = queue.take(size)) {
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

test("R-05 goes on with another repository before it comes back to one", () => {
  const queue = new RepositoryQueue(["a", "a", "a", "b"].map((repositoryName) => ({ repositoryName })));
  const names = [];
  for (let group = queue.take(2); group.length > 0; group = queue.take(2)) names.push(group[0]?.repositoryName);
  expect(names).toEqual(["a", "b", "a"]);
});
