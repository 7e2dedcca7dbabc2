import { z } from "zod";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { editedRevisionSchema, idSchema } from "./common";
import { defineOperation } from "./define";
import { platformRuleSchema, ruleNameSchema } from "./rules";

export const PLATFORM_RULES_MAX = 15;

const protectDefinitionSchema = ruleDefinitionSchema.superRefine((definition, context) => {
  if (definition.effect !== "protect") {
    context.addIssue({ code: "custom", path: ["effect"], message: "a rule of the platform can only protect" });
  }
});

export const getPlatformRules = defineOperation({
  id: "getPlatformRules",
  method: "GET",
  path: "/api/v1/platform/protect-rules",
  summary: "Protect rules of the platform, disabled ones included",
  response: z.object({
    items: z.array(platformRuleSchema),
    maximum: z.literal(PLATFORM_RULES_MAX),
    /** whether who asks may change them */
    canChange: z.boolean(),
  }),
});

export const createPlatformRuleBodySchema = z
  .object({ name: ruleNameSchema, definition: protectDefinitionSchema, isEnabled: z.boolean().default(true) })
  .strict();

export const createPlatformRule = defineOperation({
  id: "createPlatformRule",
  method: "POST",
  path: "/api/v1/platform/protect-rules",
  summary: "Protect images in every space of the platform; nobody below can switch it off (platform admins)",
  body: createPlatformRuleBodySchema,
  response: platformRuleSchema,
  successStatus: 201,
});

const paramsSchema = z.object({ platformRuleId: idSchema }).strict();

export const updatePlatformRule = defineOperation({
  id: "updatePlatformRule",
  method: "PATCH",
  path: "/api/v1/platform/protect-rules/{platformRuleId}",
  summary: "Edit, enable or disable a protect rule of the platform (platform admins)",
  params: paramsSchema,
  body: z
    .object({
      /** the revision that was edited; another one meanwhile answers 409 and loses nothing */
      revision: editedRevisionSchema.min(1),
      name: ruleNameSchema.optional(),
      definition: protectDefinitionSchema.optional(),
      isEnabled: z.boolean().optional(),
    })
    .strict(),
  response: platformRuleSchema,
});

export const deletePlatformRule = defineOperation({
  id: "deletePlatformRule",
  method: "DELETE",
  path: "/api/v1/platform/protect-rules/{platformRuleId}",
  summary: "Delete a protect rule of the platform (platform admins)",
  params: paramsSchema,
  response: z.object({ id: idSchema }),
});
