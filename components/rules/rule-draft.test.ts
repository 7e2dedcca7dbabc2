import { describe, expect, test } from "vitest";
import type { RuleDefinition } from "@/domain/rules/rule";
import {
  draftOf,
  emptyCondition,
  emptyDraft,
  isWritten,
  readableDefinition,
  readDraft,
  sizeLimitNote,
} from "./rule-draft";

const TIDY_UP: RuleDefinition = {
  effect: "reclaim",
  select: {
    repositories: { include: [{ kind: "glob", value: "acme/**" }], exclude: [] },
    tags: { include: [], exclude: [{ kind: "regex", value: "^latest$" }] },
    state: "any",
    kinds: "image",
  },
  when: [
    {
      kind: "anyOf",
      groups: [
        [{ kind: "untagged" }],
        [
          { kind: "idle", days: 90, clock: "pushed" },
          { kind: "beyond", n: 5, order: "semver", groupBy: "^(\\d+)" },
        ],
      ],
    },
    { kind: "within", days: 0, clock: "active" },
  ],
  schedule: { kind: "cron", expression: "0 3 * * 0", timeZone: "Europe/Berlin" },
  limits: { maxItems: 100, maxBytes: 5 * 1024 ** 3, maxPercentOfRepository: 50 },
  allowLastArtifact: true,
};

const draft = () => draftOf({ name: "tidy up", isEnabled: true, definition: TIDY_UP }, "UTC");

describe("a rule that is being written", () => {
  test("a saved rule reads back as it was", () => {
    expect(readDraft(draft())).toEqual({ isValid: true, name: "tidy up", definition: TIDY_UP });
  });

  test.each([1024 ** 2, 1536 * 1024 ** 2, 1024 ** 3, 7])("a limit of %d bytes reads back as it was", (maxBytes) => {
    const definition = { ...TIDY_UP, limits: { maxBytes } };
    const read = readDraft(draftOf({ name: "x", isEnabled: true, definition }, "UTC"));
    expect(read).toMatchObject({ isValid: true, definition: { limits: { maxBytes } } });
  });

  test("an empty number is an error at its field, never a default", () => {
    const read = readDraft({ ...emptyDraft("UTC"), name: "x" });
    expect(read).toEqual({
      isValid: false,
      problems: { "when.0.days": "is missing: say how many days; nothing is assumed" },
    });
  });

  test("errors in a group, a selector, the schedule and the name stand at their fields", () => {
    const broken = draft();
    const group = broken.when[0];
    if (group?.kind !== "anyOf") throw new Error("the first condition is the group");
    group.groups[1] = [{ ...emptyCondition("beyond"), n: "1.5" }];
    broken.repositories.include = [{ kind: "regex", value: "(" }];
    broken.schedule.expression = "every day";
    broken.name = " ";
    const read = readDraft(broken);
    expect(read.isValid ? [] : Object.keys(read.problems).sort()).toEqual([
      "name",
      "repositories.include.0.value",
      "schedule.expression",
      "when.0.groups.1.0.n",
    ]);
  });

  test("the readable part leaves out only what is not right yet", () => {
    const broken = draft();
    broken.when.push(emptyCondition());
    broken.schedule.expression = "nonsense";
    const readable = readableDefinition(broken);
    expect(readable?.when).toEqual(TIDY_UP.when);
    expect(readable?.schedule).toEqual({ kind: "manual" });
    expect(readableDefinition(draft())).toEqual(TIDY_UP);
  });

  test("nothing typed reads as a rule without conditions", () => {
    expect(readableDefinition(emptyDraft("UTC"))?.when).toEqual([]);
  });

  test("N-09 what is wrong with a written expression is said at once, with an empty field only when somebody goes on", () => {
    const broken = draft();
    broken.repositories.include = [
      { kind: "regex", value: "(" },
      { kind: "glob", value: "" },
    ];
    broken.schedule.expression = "every day";
    broken.when = [emptyCondition()];
    const read = readDraft(broken);
    const problems = read.isValid ? [] : Object.keys(read.problems);
    expect(problems.filter((path) => isWritten(broken, path)).sort()).toEqual([
      "repositories.include.0.value",
      "schedule.expression",
    ]);
    expect(problems).toContain("when.0.days");
    expect(problems).toContain("repositories.include.1.value");
  });

  test("a size that hardly any image fits into is remarked on, a small one and one of charts is not", () => {
    const note = (maxBytes: string, kinds: "image" | "chart" = "image") =>
      sizeLimitNote({ ...emptyDraft("UTC"), kinds, limits: { ...emptyDraft("UTC").limits, maxBytes } });
    expect(note("0.0000001")).toMatch(/never goes/);
    for (const fine of [note(""), note("0.5"), note("x"), note("0.0000001", "chart")]) expect(fine).toBeUndefined();
  });

  test("says at once what is wrong with a name or a number that somebody wrote", () => {
    const broken = { ...emptyDraft("UTC"), name: "x".repeat(81), when: [{ ...emptyCondition(), days: "-5" }] };
    broken.limits.maxItems = "many";
    const read = readDraft(broken);
    const problems = read.isValid ? [] : Object.keys(read.problems);
    expect(problems.filter((path) => isWritten(broken, path)).sort()).toEqual([
      "limits.maxItems",
      "name",
      "when.0.days",
    ]);
  });
});
