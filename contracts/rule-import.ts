import { z } from "zod";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { spaceParamsSchema } from "./common";
import { defineOperation } from "./define";
import { createRuleBodySchema, RULES_PER_SPACE_MAX, ruleSchema } from "./rules";

const noteSchema = z.object({
  /** changes = what it does is not quite the same here; lost = a part has no counterpart */
  kind: z.enum(["info", "changes", "lost"]),
  text: z.string(),
});

const importedRuleSchema = z.object({
  /** free in this space */
  name: z.string(),
  definition: ruleDefinitionSchema,
  isEnabled: z.boolean(),
  sentence: z.string(),
  scheduleText: z.string(),
  /** omission = what Harbor does without saying it: everything that no rule keeps goes */
  role: z.enum(["keeps", "omission"]),
  /** the Harbor rules that it was made of, by number from 1 */
  from: z.array(z.number().int()),
});

const ruleImportSchema = z.object({
  /** for createRules, as they are; none where the policy cannot be read */
  rules: z.array(importedRuleSchema),
  /** each Harbor rule, in its order */
  sources: z.array(
    z.object({
      number: z.number().int(),
      /** the Harbor rule in words */
      text: z.string(),
      isDisabled: z.boolean(),
      /** names of the rules that it became; none = nothing */
      becomes: z.array(z.string()),
      notes: z.array(noteSchema),
    }),
  ),
  /** null = no enabled rule touches anything */
  omission: z
    .object({
      text: z.string(),
      /** repositories of this space that it is about, by name, at most 200 */
      repositories: z.array(z.string()),
      repositoryCount: z.number().int(),
      imageCount: z.number().int(),
    })
    .nullable(),
  /** of the policy as a whole */
  notes: z.array(noteSchema),
  /** why the text is no Harbor policy, by path in it */
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  /** rules that the space can still take; more than that cannot be created */
  free: z.number().int(),
});
export type RuleImportDto = z.infer<typeof ruleImportSchema>;

const IMPORT_CHARACTERS_MAX = 200_000;

export const importRules = defineOperation({
  id: "importRules",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/rules/import",
  summary: "Translate a Harbor retention policy (JSON) into rules of this space; creates nothing",
  permission: "rules.write",
  params: spaceParamsSchema,
  body: z
    .object({
      /** as `GET /api/v2.0/retentions/{id}` answers it */
      text: z.string().max(IMPORT_CHARACTERS_MAX, "the text is too long for a retention policy"),
    })
    .strict(),
  response: ruleImportSchema,
});

export const createRules = defineOperation({
  id: "createRules",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/rules/batch",
  summary: "Create several reclaim rules, or none of them",
  permission: "rules.write",
  params: spaceParamsSchema,
  body: z.object({ rules: z.array(createRuleBodySchema).min(1).max(RULES_PER_SPACE_MAX) }).strict(),
  response: z.object({ items: z.array(ruleSchema) }),
  successStatus: 201,
});
