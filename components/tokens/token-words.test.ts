import { expect, test } from "vitest";
import { madeThroughWords, reachWords } from "./token-words";

const workspace = { id: "ws_1", slug: "acme", name: "Acme" };
const space = (name: string) => ({ id: `spc_${name}`, name });

test("tokens: where one reaches is said in a few words, and one without any space does not read as if it had all", () => {
  expect(reachWords({ kind: "personal", workspace: null, spaces: null })).toBe("Every workspace of yours");
  expect(reachWords({ kind: "personal", workspace, spaces: null })).toBe("Acme: all spaces");
  expect(reachWords({ kind: "workspace", workspace, spaces: null })).toBe("All spaces");
  expect(reachWords({ kind: "workspace", workspace, spaces: [] })).toBe("no space any more");
  expect(reachWords({ kind: "workspace", workspace, spaces: [space("a"), space("b")] })).toBe("a, b");
  const four = ["a", "b", "c", "d"].map(space);
  expect(reachWords({ kind: "personal", workspace, spaces: four })).toBe("Acme: a, b and 2 more");
});

test("tokens: what ends with one is said in numbers", () => {
  expect(madeThroughWords(0)).toBe("");
  expect(madeThroughWords(1)).toContain("One token");
  expect(madeThroughWords(3)).toContain("3 tokens");
});
