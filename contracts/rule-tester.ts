import { z } from "zod";
import { bytesSchema, spaceParamsSchema, timeSchema } from "./common";
import { defineOperation } from "./define";

const countsSchema = z.object({
  /** an index and its parts are one image */
  images: z.number().int(),
  /** fallback tags of signatures are not counted */
  tags: z.number().int(),
  repositories: z.number().int(),
});

/** Where a field of the rule stands, as in problems: `select.tags.include[0]`. */
const pathSchema = z.string();

/** A name with what a pattern found of it: start and end (exclusive) of each part, in UTF-16 units. */
const markedNameSchema = z.object({
  name: z.string(),
  spans: z.array(z.tuple([z.number().int(), z.number().int()])),
  /** the first include pattern that takes it; null = none is written, or none does */
  path: pathSchema.nullable(),
});

const hitSchema = z.object({
  digest: z.string(),
  kind: z.enum(["image", "index", "chart", "other", "unknown"]),
  repository: markedNameSchema,
  /** at most 8, selected ones first */
  tags: z.array(markedNameSchema.extend({ isSelected: z.boolean() })),
  tagCount: z.number().int(),
  selectedTagCount: z.number().int(),
  sizeBytes: bytesSchema,
  /** null = not known */
  pushedAt: timeSchema.nullable(),
  lastPulledAt: timeSchema.nullable(),
  /** whether the conditions hold; null = a fact that they need is not known. Always true without conditions */
  holds: z.boolean().nullable(),
  /** the facts that decided, in words: "idle 132 days (pushed), beyond the 3 newest"; empty without conditions */
  why: z.string(),
});
export type RuleTestHit = z.infer<typeof hitSchema>;

const nearMissSchema = z.object({
  repositoryName: z.string(),
  /** null = it is about the repository, or about an untagged image */
  tag: z.string().nullable(),
  /** excluded · letter_case · pre_release · whole_name (a regex finds it only inside, or a glob only a part) · state · kind · due_soon */
  code: z.enum(["excluded", "letter_case", "pre_release", "whole_name", "state", "kind", "due_soon"]),
  /** "excluded by `latest`", "holds in 3 days" */
  why: z.string(),
  /** the field that stopped it */
  path: pathSchema.nullable(),
});
export type RuleTestNearMiss = z.infer<typeof nearMissSchema>;

const noteSchema = z.object({ path: pathSchema, message: z.string() });

/** What a rule takes as far as it is written: before guards, protect rules and limits, which the preview shows. */
const ruleTestSchema = z.object({
  /** all there is in the space */
  total: countsSchema,
  /** what the selector takes; `tags` are the tags that it takes */
  selected: countsSchema,
  /** of those, where the conditions hold; equals `selected` without conditions */
  holding: countsSchema,
  /** of those selected, images of which a fact is not known, by reason, most first */
  unknown: z.array(z.object({ why: z.string(), images: z.number().int() })),
  /** how many names each pattern that can be read finds, by path: tags of the repositories that are meant, or repositories */
  patterns: z.array(z.object({ path: pathSchema, count: z.number().int() })),
  /** those that hold first, then by repository and newest push */
  hits: z.array(hitSchema),
  /** at most 12 */
  nearMisses: z.array(nearMissSchema),
  /** why it cannot be saved as it is; such a part is left out of the test. A blank pattern is as if it were not there, a wrong one finds nothing */
  problems: z.array(noteSchema),
  /** valid, and maybe not meant: "0 newest: none is kept" */
  warnings: z.array(noteSchema),
  /** the rule in words as far as it can be read */
  sentence: z.string(),
  /** the space is larger than is tested while somebody types: the numbers are of its first repositories by name */
  isPartial: z.boolean(),
});
export type RuleTestDto = z.infer<typeof ruleTestSchema>;

export const testRule = defineOperation({
  id: "testRule",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/rules/test",
  summary: "Try a rule against what the space holds while it is being written; parts may be missing or wrong",
  permission: "rules.read",
  params: spaceParamsSchema,
  body: z
    .object({
      effect: z.unknown().optional(),
      /** as in a definition, as far as it is written */
      select: z.unknown().optional(),
      when: z.unknown().optional(),
      hits: z.number().int().min(0).max(100).default(20),
      /** look at this repository only */
      repositoryName: z.string().max(500).optional(),
    })
    .strict(),
  response: ruleTestSchema,
});
