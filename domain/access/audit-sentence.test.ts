import { expect, test } from "vitest";
import { AUDIT_AREAS, auditPrefixes } from "./audit-areas";
import { auditSentence } from "./audit-sentence";

const said = (action: string, change: Partial<Parameters<typeof auditSentence>[0]> = {}) =>
  auditSentence({ action, outcome: "done", targetName: null, data: {}, ...change });

test("each event reads as a sentence: those with one of their own, those the database told of, refusals, and whatever is new", () => {
  expect(said("rules.create", { data: { name: "old" } })).toBe("created the rule “old”");
  expect(said("members.update", { targetName: "Bo" })).toBe("changed the member “Bo”");
  expect(said("space_bindings.delete")).toBe("removed the binding of a registry space");
  expect(said("some_table.insert", { targetName: "x" })).toBe("added the some table “x”");
  expect(
    said("refused.createRule", {
      outcome: "refused",
      data: { summary: "Create a rule", status: 403, title: "Your role does not allow this" },
    }),
  ).toBe("was refused “Create a rule” (403 Your role does not allow this)");
  expect(said("done.syncSpace", { data: { summary: "Read the registry again" } })).toBe(
    "asked for “Read the registry again”",
  );
  expect(said("member.role-changed", { targetName: "Bo" })).toBe("changed the role of “Bo”");
  expect(said("something.half-done", { targetName: "Bo" })).toBe("something half done: “Bo”");
  expect(said("session.refused", { outcome: "refused", targetName: "bo@example.com" })).toBe(
    "was refused: sign in as “bo@example.com”",
  );
  expect(said("odd")).toBe("odd");
});

test("no word belongs to two areas", () => {
  const words = AUDIT_AREAS.flatMap((area) => [...area.words] as string[]);
  expect(new Set(words).size).toBe(words.length);
  expect(auditPrefixes("gc")).toContain("gc.");
});
