import { z } from "zod";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import {
  bytesSchema,
  editedRevisionSchema,
  hasOnlyVisibleText,
  idSchema,
  spaceParamsSchema,
  timeSchema,
  VISIBLE_TEXT_PROBLEM,
} from "./common";
import { defineOperation } from "./define";

export const RULES_PER_SPACE_MAX = 15;

/** A time at which a schedule came due. */
const ruleFiringSchema = z.object({
  scheduledFor: timeSchema,
  firedAt: timeSchema,
  trigger: z.enum(["schedule", "quota"]),
  outcome: z.enum(["started", "skipped", "missed"]),
  /** why it was skipped or missed */
  reason: z.string().nullable(),
  /** the run that it started */
  runId: idSchema.nullable(),
});

export const ruleSchema = z.object({
  id: idSchema,
  name: z.string(),
  definition: ruleDefinitionSchema,
  /** the rule in words */
  sentence: z.string(),
  scheduleText: z.string(),
  isEnabled: z.boolean(),
  revision: z.number().int(),
  updatedAt: timeSchema,
  updatedByName: z.string(),
  lastRun: z
    .object({
      runId: idSchema,
      status: z.string(),
      finishedAt: timeSchema.nullable(),
      movedCount: z.number().int(),
      movedBytes: bytesSchema,
    })
    .nullable(),
  /** when its cron schedule comes due next; null without one, and while it is disabled */
  nextRunAt: timeSchema.nullable(),
  /** A schedule (cron or onQuota) fires only once exactly what it says has been previewed, and while what protected then still does. */
  arming: z.object({
    isNeeded: z.boolean(),
    isArmed: z.boolean(),
    /** the preview that armed it */
    previewRunId: idSchema.nullable(),
  }),
  /** the latest time that its schedule came due, and what came of it */
  lastFiring: ruleFiringSchema.nullable(),
});
export type RuleDto = z.infer<typeof ruleSchema>;

/** A protect rule of the platform: in every plan of every space, and nobody below can switch it off. */
export const platformRuleSchema = z.object({
  id: idSchema,
  name: z.string(),
  definition: ruleDefinitionSchema,
  sentence: z.string(),
  isEnabled: z.boolean(),
  revision: z.number().int(),
  updatedAt: timeSchema,
  updatedByName: z.string(),
});
export type PlatformRuleDto = z.infer<typeof platformRuleSchema>;

const ruleParamsSchema = spaceParamsSchema.extend({ ruleId: idSchema }).strict();
export const ruleNameSchema = z
  .string()
  .trim()
  .min(1, "give the rule a name")
  .max(80, "use at most 80 characters")
  .refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM);

export const listRules = defineOperation({
  id: "listRules",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/rules",
  summary: "Reclaim rules of a space (at most 15, disabled ones included)",
  permission: "rules.read",
  params: spaceParamsSchema,
  response: z.object({
    items: z.array(ruleSchema),
    maximum: z.literal(RULES_PER_SPACE_MAX),
    /** protect rules of the platform that are enabled: they take part in every plan here */
    platformRules: z.array(platformRuleSchema),
  }),
});

export const createRuleBodySchema = z
  .object({ name: ruleNameSchema, definition: ruleDefinitionSchema, isEnabled: z.boolean().default(true) })
  .strict();

export const createRule = defineOperation({
  id: "createRule",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/rules",
  summary: "Create a reclaim rule",
  permission: "rules.write",
  params: spaceParamsSchema,
  body: createRuleBodySchema,
  response: ruleSchema,
  successStatus: 201,
});

export const getRule = defineOperation({
  id: "getRule",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/rules/{ruleId}",
  summary: "One reclaim rule",
  permission: "rules.read",
  params: ruleParamsSchema,
  response: ruleSchema,
});

export const updateRuleBodySchema = z
  .object({
    /** the revision that was edited; another one meanwhile answers 409 and loses nothing */
    revision: editedRevisionSchema.min(1),
    name: ruleNameSchema.optional(),
    definition: ruleDefinitionSchema.optional(),
    isEnabled: z.boolean().optional(),
  })
  .strict();

export const updateRule = defineOperation({
  id: "updateRule",
  method: "PATCH",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/rules/{ruleId}",
  summary: "Edit, enable or disable a reclaim rule",
  permission: "rules.write",
  params: ruleParamsSchema,
  body: updateRuleBodySchema,
  response: ruleSchema,
});

export const deleteRule = defineOperation({
  id: "deleteRule",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/rules/{ruleId}",
  summary: "Delete a reclaim rule; its revisions stay in history",
  permission: "rules.write",
  params: ruleParamsSchema,
  response: z.object({ id: idSchema }),
});
