import { z } from "zod";
import { idSchema, workspaceParamsSchema } from "./common";
import { defineOperation } from "./define";

const TAG_QUOTA_MAX = 10_000_000;

const workspaceQuotaSchema = z.object({
  workspaceId: idSchema,
  slug: z.string(),
  name: z.string(),
  tagCount: z.number().int().nonnegative(),
  tagQuota: z.number().int(),
  /** its lifecycle policy runs once the tags reach the quota */
  isLifecycleEnabled: z.boolean(),
});
export type WorkspaceQuotaDto = z.infer<typeof workspaceQuotaSchema>;

export const listTagQuotas = defineOperation({
  id: "listTagQuotas",
  method: "GET",
  path: "/api/v1/platform/tag-quotas",
  summary: "Tags and tag quota of every workspace (platform admins)",
  response: z.object({ items: z.array(workspaceQuotaSchema) }),
});

export const setTagQuota = defineOperation({
  id: "setTagQuota",
  method: "PUT",
  path: "/api/v1/platform/tag-quotas/{workspaceId}",
  summary: "Set how many tags a workspace may hold before its lifecycle policies run (platform admins)",
  params: workspaceParamsSchema,
  body: z
    .object({
      tagQuota: z
        .int("use a whole number of tags")
        .min(1, "use 1 tag or more")
        .max(TAG_QUOTA_MAX, `use at most ${TAG_QUOTA_MAX} tags`),
    })
    .strict(),
  response: workspaceQuotaSchema,
});
