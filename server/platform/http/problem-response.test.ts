import { expect, test } from "vitest";
import type { z } from "zod";
import { imageSelectionSchema } from "@/contracts/images";
import { previewReclaim, startReclaim } from "@/contracts/reclaim";
import { invalidInput } from "./problem-response";

function detailOf(schema: z.ZodType | undefined, input: unknown): string {
  const { error } = schema?.safeParse(input) ?? {};
  if (!error) throw new Error("nothing is wrong with it");
  return invalidInput(error, "body").detail;
}

const many = Array.from({ length: 16 }, (_, at) => `rule_${at}`);

test("a body of several forms is told what is wrong with the one that was meant", () => {
  for (const { body } of [previewReclaim, startReclaim]) {
    expect(detailOf(body, { ruleIds: [] })).toBe(
      "body.ruleIds: name at least one rule, or all of them with “all”: true",
    );
    expect(detailOf(body, { ruleIds: many })).toBe("body.ruleIds: name at most 15 rules: a space has no more");
    expect(detailOf(body, { all: false })).toContain("body.all: ");
    expect(detailOf(body, {})).toContain("body.ruleIds: ");
  }
  expect(detailOf(previewReclaim.body, { draft: { name: "", definition: {} } })).toContain("body.draft.name: ");
  expect(detailOf(imageSelectionSchema, { images: [] })).toContain("body.images: ");
});

test("one that is none of the forms is told so", () => {
  expect(detailOf(previewReclaim.body, { rules: many })).toContain("body: ");
});
