import { z } from "zod";
import {
  bytesSchema,
  hasOnlyVisibleText,
  idSchema,
  spaceParamsSchema,
  timeSchema,
  VISIBLE_TEXT_PROBLEM,
  workspaceParamsSchema,
} from "./common";
import { crawlSchema } from "./crawls";
import { defineOperation } from "./define";

const spaceSchema = z.object({
  id: idSchema,
  name: z.string(),
  prefix: z.string(),
  registryId: idSchema,
  registryName: z.string(),
  registryUrl: z.string(),
  /** how people sign in to it */
  registryAuth: z.enum(["console", "basic", "none"]),
  /** reader: it belongs to another workspace and is bound to this one, or public; its images may be browsed and pulled */
  access: z.enum(["owner", "reader"]),
  /** the workspace that it belongs to, where that is another one */
  ownerName: z.string().nullable(),
  /** every workspace may browse and pull its images */
  isPublic: z.boolean(),
  /** names of the workspaces that it is bound to; empty for a reader */
  boundTo: z.array(z.string()),
  binRetentionDays: z.number().int(),
  /** a run by rules that would take more of the space's images than this waits for a confirmation; 100 = none does */
  confirmSharePercent: z.number().int(),
  /** accounts and user agents whose pulls do not count, besides the well-known ones; empty for a reader */
  ignoredPullers: z.array(z.string()),
  /** raised with every change of its images: what shows another one is out of date */
  inventoryRevision: z.number().int(),
  repositoryCount: z.number().int(),
  imageCount: z.number().int(),
  tagCount: z.number().int(),
  storedBytes: bytesSchema,
  /** storedBytes is older than the images, or was added up from repositories that may share blobs */
  isStoredAbout: z.boolean(),
  ruleCount: z.number().int(),
  binEntryCount: z.number().int(),
  binBytes: bytesSchema,
  activeRunCount: z.number().int(),
  /** the demo seed backdated push times in this space */
  hasBackdatedTimes: z.boolean(),
  createdAt: timeSchema,
});
export type SpaceDto = z.infer<typeof spaceSchema>;

const spaceNameSchema = z
  .string()
  .trim()
  .min(2, "give the space a name of at least 2 characters")
  .max(60)
  .refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM);
const PREFIX = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

export const listSpaces = defineOperation({
  id: "listSpaces",
  tokens: "filtered",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces",
  summary: "Registry spaces of a workspace, and those of others that it may read",
  permission: "spaces.read",
  params: workspaceParamsSchema,
  query: z.object({ registryId: idSchema.optional() }).strict(),
  response: z.object({ items: z.array(spaceSchema) }),
});

export const createSpaceBodySchema = z
  .object({
    name: spaceNameSchema,
    registryId: idSchema,
    prefix: z
      .string()
      .trim()
      .min(1, "write the repository prefix, for instance acme")
      .max(150)
      .regex(PREFIX, "use lower-case letters, digits and . _ - in parts separated by /, for instance acme/web"),
  })
  .strict();

export const createSpace = defineOperation({
  id: "createSpace",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces",
  summary: "Create a registry space: a repository prefix of a registry, owned by this workspace",
  permission: "spaces.write",
  params: workspaceParamsSchema,
  body: createSpaceBodySchema,
  response: spaceSchema,
  successStatus: 201,
});

export const getSpace = defineOperation({
  id: "getSpace",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}",
  summary: "One registry space",
  permission: "spaces.read",
  params: spaceParamsSchema,
  response: spaceSchema,
});

export const IGNORED_PULLERS_MAX = 50;
const pullerPatternSchema = z
  .string()
  .trim()
  .min(1, "write an account name, or the start of a user agent")
  .max(200, "keep each to 200 characters")
  .refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM)
  .refine((text) => /[^*\s]/.test(text), "a wildcard alone would leave every pull out");

export const updateSpaceBodySchema = z
  .object({
    name: spaceNameSchema.optional(),
    binRetentionDays: z
      .number()
      .int()
      .min(1, "keep entries for at least 1 day")
      .max(365, "keep entries for at most 365 days")
      .optional(),
    confirmSharePercent: z
      .number()
      .int("use whole percent")
      .min(1, "use at least 1 percent")
      .max(100, "use at most 100 percent: no run waits then")
      .optional(),
    ignoredPullers: z
      .array(pullerPatternSchema)
      .max(IGNORED_PULLERS_MAX, `name at most ${IGNORED_PULLERS_MAX}`)
      .optional(),
    /** platform admins only */
    isPublic: z.boolean().optional(),
  })
  .strict();

export const updateSpace = defineOperation({
  id: "updateSpace",
  method: "PATCH",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}",
  summary:
    "Rename a registry space, change how long its recycle bin keeps entries (those already in it too), or whose pulls do not count",
  permission: "spaces.write",
  params: spaceParamsSchema,
  body: updateSpaceBodySchema,
  response: spaceSchema,
});

export const removeSpace = defineOperation({
  id: "removeSpace",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}",
  summary:
    "Remove a registry space from the console; its images stay in the registry, what happened stays in the audit records",
  permission: "spaces.write",
  params: spaceParamsSchema,
  /** the space's name, typed by who removes it */
  query: z.object({ typedName: z.string().max(200) }).strict(),
  response: z.object({ id: idSchema }),
});

export const syncSpace = defineOperation({
  id: "syncSpace",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/sync",
  summary: "Read the space again now; while it is being read, that reading is the answer",
  permission: "images.sync",
  params: spaceParamsSchema,
  response: crawlSchema,
  successStatus: 202,
});
