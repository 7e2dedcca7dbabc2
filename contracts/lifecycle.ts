import { z } from "zod";
import { lifecycleKeepSchema } from "@/domain/rules/lifecycle";
import { LIFECYCLE_LEVELS } from "@/domain/rules/lifecycle-policy";
import { editedRevisionSchema, idSchema, spaceParamsSchema, timeSchema, workspaceParamsSchema } from "./common";
import { defineOperation } from "./define";
import { runSchema } from "./history";

/** Tags; fallback tags of signatures and the like are never counted. */
const tagCountSchema = z.number().int().nonnegative();

const lifecyclePolicySchema = z.object({
  id: idSchema,
  level: z.enum(LIFECYCLE_LEVELS),
  spaceId: idSchema.nullable(),
  repositoryName: z.string().nullable(),
  isEnabled: z.boolean(),
  ...lifecycleKeepSchema.shape,
  /** what it reserves, in words */
  keepText: z.string(),
  revision: z.number().int(),
  updatedAt: timeSchema,
  updatedByName: z.string(),
});
export type LifecyclePolicyDto = z.infer<typeof lifecyclePolicySchema>;

/** What was started in a space, or why nothing was. */
const lifecycleOutcomeSchema = z.object({
  spaceId: idSchema,
  spaceName: z.string(),
  runId: idSchema.nullable(),
  skippedReason: z.string().nullable(),
});
export type LifecycleOutcomeDto = z.infer<typeof lifecycleOutcomeSchema>;

const lifecycleSchema = z.object({
  /** the workspace's own; null = none was ever set */
  policy: lifecyclePolicySchema.nullable(),
  tagCount: tagCountSchema,
  /** set by a platform admin */
  tagQuota: z.number().int(),
  /** policies of spaces and repositories, which outrank the workspace's; the first 200 by space and name */
  overrides: z.array(lifecyclePolicySchema.extend({ spaceName: z.string() })),
  overrideCount: z.number().int(),
  /** the last time that the quota was found reached; null = never */
  lastFiring: z
    .object({
      firedAt: timeSchema,
      tagCount: tagCountSchema,
      tagQuota: z.number().int(),
      outcomes: z.array(lifecycleOutcomeSchema),
    })
    .nullable(),
  /** not before this moment again, however many tags there are; null = whenever the quota is reached */
  restsUntil: timeSchema.nullable(),
});
export type LifecycleDto = z.infer<typeof lifecycleSchema>;

export const getLifecycle = defineOperation({
  id: "getLifecycle",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/lifecycle",
  summary: "The workspace's lifecycle policy, its tags and quota, and the policies that outrank it",
  permission: "rules.read",
  params: workspaceParamsSchema,
  response: lifecycleSchema,
});

/** the revision that was edited, 0 where there was none; another one meanwhile answers 409 and loses nothing */
const editedRevision = editedRevisionSchema.min(0);

const setLifecycleBodySchema = z
  .object({ revision: editedRevision, isEnabled: z.boolean(), ...lifecycleKeepSchema.shape })
  .strict();

export const setLifecycle = defineOperation({
  id: "setLifecycle",
  method: "PUT",
  path: "/api/v1/workspaces/{workspaceId}/lifecycle",
  summary: "Set the workspace's lifecycle policy: it runs once the tags reach the quota",
  permission: "rules.write",
  params: workspaceParamsSchema,
  body: setLifecycleBodySchema,
  response: lifecycleSchema,
});

const outcomesSchema = z.object({ outcomes: z.array(lifecycleOutcomeSchema) });

export const tryLifecycle = defineOperation({
  id: "tryLifecycle",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/lifecycle/previews",
  summary: "What a workspace's lifecycle policy, as written so far, would take now: a preview in each space",
  permission: "reclaim.preview",
  params: workspaceParamsSchema,
  body: lifecycleKeepSchema,
  response: outcomesSchema,
  successStatus: 202,
});

export const runLifecycle = defineOperation({
  id: "runLifecycle",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/lifecycle/runs",
  summary: "Run the saved lifecycle policies now, whatever the quota: a run in each space",
  permission: "reclaim.run",
  params: workspaceParamsSchema,
  response: outcomesSchema,
  successStatus: 202,
});

const repositoryNameSchema = z.string().min(1).max(255);
const placeQuerySchema = z.object({ repository: repositoryNameSchema.optional() }).strict();

const spaceLifecycleSchema = z.object({
  /** the policy of this place itself: of the repository that was asked for, else of the space */
  own: lifecyclePolicySchema.nullable(),
  /** the one that counts here */
  effective: lifecyclePolicySchema.nullable(),
  /** what counts here where there is none of its own */
  inherited: lifecyclePolicySchema.nullable(),
  /** tags of this place */
  tagCount: tagCountSchema,
  workspaceTagCount: tagCountSchema,
  tagQuota: z.number().int(),
});
export type SpaceLifecycleDto = z.infer<typeof spaceLifecycleSchema>;

export const getSpaceLifecycle = defineOperation({
  id: "getSpaceLifecycle",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/lifecycle",
  summary: "Which lifecycle policy counts for a space, or for one of its repositories",
  permission: "rules.read",
  params: spaceParamsSchema,
  query: placeQuerySchema,
  response: spaceLifecycleSchema,
});

export const setSpaceLifecycle = defineOperation({
  id: "setSpaceLifecycle",
  method: "PUT",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/lifecycle",
  summary:
    "Give a space, or one of its repositories, an automatic clearing policy of its own, which outranks the workspace's",
  permission: "rules.write",
  params: spaceParamsSchema,
  query: placeQuerySchema,
  body: z.object({ revision: editedRevision, ...lifecycleKeepSchema.shape }).strict(),
  response: spaceLifecycleSchema,
});

export const removeSpaceLifecycle = defineOperation({
  id: "removeSpaceLifecycle",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/lifecycle",
  summary: "Remove the own policy of a space or repository: what it inherits counts again",
  permission: "rules.write",
  params: spaceParamsSchema,
  query: placeQuerySchema,
  response: spaceLifecycleSchema,
});

export const previewSpaceLifecycle = defineOperation({
  id: "previewSpaceLifecycle",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/lifecycle/previews",
  summary: "What an own policy, as written so far, would take now: a dry run over the space",
  permission: "reclaim.preview",
  params: spaceParamsSchema,
  query: placeQuerySchema,
  body: lifecycleKeepSchema,
  response: runSchema,
  successStatus: 202,
});
