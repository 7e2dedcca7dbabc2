import { z } from "zod";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { idSchema, runParamsSchema, spaceParamsSchema } from "./common";
import { defineOperation } from "./define";
import { runSchema } from "./history";
import { RULES_PER_SPACE_MAX, ruleNameSchema } from "./rules";

const someRulesSchema = z
  .object({
    ruleIds: z
      .array(idSchema)
      .min(1, "name at least one rule, or all of them with “all”: true")
      .max(RULES_PER_SPACE_MAX, `name at most ${RULES_PER_SPACE_MAX} rules: a space has no more`),
  })
  .strict();
/** every enabled reclaim rule of the space */
const allRulesSchema = z.object({ all: z.literal(true) }).strict();

/** A preview: the same plan as a run at this moment, kept like a run, moving nothing. */
export const previewReclaim = defineOperation({
  id: "previewReclaim",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/reclaim-previews",
  summary: "Preview rules (saved ones, or one that is being written): a dry run whose items carry every verdict",
  permission: "reclaim.preview",
  params: spaceParamsSchema,
  body: z.union([
    someRulesSchema,
    allRulesSchema,
    z
      .object({
        draft: z.object({ name: ruleNameSchema, definition: ruleDefinitionSchema }).strict(),
        /** the saved rule that the draft is to replace: its present form takes no part */
        ruleId: idSchema.optional(),
      })
      .strict(),
  ]),
  response: runSchema,
  successStatus: 202,
});

export const startReclaim = defineOperation({
  id: "startReclaim",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/reclaim-runs",
  summary: "Run enabled rules now: selected images move to the recycle bin. Protect rules of the space always count",
  permission: "reclaim.run",
  params: spaceParamsSchema,
  body: z.union([someRulesSchema, allRulesSchema]),
  response: runSchema,
  successStatus: 202,
});

export const confirmRun = defineOperation({
  id: "confirmRun",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/runs/{runId}/confirm",
  summary:
    "Let a run go on that waits because it would take much of its space; each image is looked at again before it goes",
  permission: "reclaim.run",
  params: runParamsSchema,
  response: runSchema,
  successStatus: 202,
});
