import fc from "fast-check";
import { expect, test } from "vitest";
import { findByRegistryName, registryNames } from "./registry-names";

const place = (spaceId: string, prefix: string, name = `space ${spaceId}`) => ({ spaceId, prefix, name });

test("D-26 a space goes by its prefix, with its slashes written so that a path holds it", () => {
  const places = [place("a", "acme"), place("b", "acme-labs/web")];
  expect([...registryNames(places).values()]).toEqual(["acme", "acme-labs--web"]);
  expect(findByRegistryName(places, "acme-labs--web")?.spaceId).toBe("b");
  expect(findByRegistryName(places, "SPACE B")?.spaceId).toBe("b");
  expect(findByRegistryName(places, "acme-labs")).toBeNull();
});

test("D-26 a prefix that two spaces have leads to neither: their names do", () => {
  const places = [place("a", "acme", "Old"), place("b", "acme", "New")];
  expect(findByRegistryName(places, "acme")).toBeNull();
  expect(findByRegistryName(places, "New")?.spaceId).toBe("b");
});

test("D-26 a name leads to one space or to none, whatever spaces there are", () => {
  const word = fc.constantFrom("a", "b", "a/b", "a--b", "B");
  const spaces = fc.array(fc.tuple(word, word), { maxLength: 6 });
  fc.assert(
    fc.property(spaces, word, (pairs, asked) => {
      const places = pairs.map(([prefix, name], i) => place(String(i), prefix, name));
      const found = findByRegistryName(places, asked);
      const could = places.filter(
        ({ prefix, name }) => prefix.replaceAll("/", "--") === asked || name.toLowerCase() === asked.toLowerCase(),
      );
      if (could.length === 0) expect(found).toBeNull();
      if (found !== null) expect(could).toContain(found);
    }),
  );
});
