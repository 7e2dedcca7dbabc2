import { z } from "zod";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { idSchema, spaceParamsSchema } from "./common";
import { defineOperation } from "./define";
import { runSchema } from "./history";
import { RULES_PER_SPACE_MAX, ruleNameSchema } from "./rules";

/** A preview: the same plan as a run at this moment, kept like a run, moving nothing. */
export const previewReclaim = defineOperation({
  id: "previewReclaim",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/reclaim-previews",
  summary: "Preview rules (saved ones, or one that is being written): a dry run whose items carry every verdict",
  permission: "reclaim.preview",
  params: spaceParamsSchema,
  body: z.union([
    z.object({ ruleIds: z.array(idSchema).min(1).max(RULES_PER_SPACE_MAX) }).strict(),
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
  body: z.object({ ruleIds: z.array(idSchema).min(1).max(RULES_PER_SPACE_MAX) }).strict(),
  response: runSchema,
  successStatus: 202,
});
