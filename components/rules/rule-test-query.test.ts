import { expect, test } from "vitest";
import { countsByPath, draftPath, notesByPath } from "./rule-test-query";

test("N-09 a path of the server is one of the draft", () => {
  expect(draftPath("select.tags.include[12].value")).toBe("tags.include.12.value");
  expect(draftPath("when[1].groups[0][2].n")).toBe("when.1.groups.0.2.n");
  expect(draftPath("select.state")).toBe("state");
});

test("N-09 remarks and counts stand at their fields", () => {
  const warnings = [
    { path: "when[0].n", message: "none is kept" },
    { path: "when[0].n", message: "all go" },
  ];
  expect(notesByPath(warnings)).toEqual({ "when.0.n": "none is kept; all go" });
  expect(
    countsByPath([
      { path: "select.tags.include[0]", count: 3 },
      { path: "select.tags.exclude[1].value", count: 0 },
    ]),
  ).toEqual({ "tags.include.0": 3, "tags.exclude.1": 0 });
});
