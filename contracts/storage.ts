import { z } from "zod";
import { bytesSchema, idSchema, spaceParamsSchema, timeSchema, workspaceParamsSchema } from "./common";
import { defineOperation } from "./define";

/** Unused data of a whole registry, as last measured: what a collection would free. */
const unreferencedSchema = z.object({ bytes: bytesSchema, measuredAt: timeSchema });

/** What could be freed of what is held; computed by `domain/images/reclaimable`. */
const reclaimableSchema = z.object({
  reclaimableBytes: bytesSchema,
  /** what images store, what only the recycle bins keep, and unused data, each counted once */
  heldBytes: bytesSchema,
  /** 0 to 1; null = nothing is held */
  share: z.number().min(0).max(1).nullable(),
});

const sizesShape = {
  imageCount: z.number().int(),
  tagCount: z.number().int(),
  brokenCount: z.number().int(),
  /** what pulling every image would transfer */
  logicalBytes: bytesSchema,
  /** each blob of a space counted once */
  storedBytes: bytesSchema,
  /** storedBytes is older than the images: "about" */
  isStale: z.boolean(),
  /** when what is older was measured; null = it is of now, or there was no measurement yet and it was added up from the repositories */
  measuredAt: timeSchema.nullable(),
  /** images without a tag; `bytes` = freed if all of them went; measured earlier, it is "about" */
  untagged: z.object({ images: z.number().int(), bytes: bytesSchema, isStale: z.boolean() }),
  /** `bytes` = what only the recycle bin keeps, so what purging all of it makes free */
  bin: z.object({ entries: z.number().int(), bytes: bytesSchema }),
  /** freed by collections of the registry that were started from this workspace, ever */
  freedBytes: bytesSchema,
  reclaimable: reclaimableSchema,
};

const storageSampleSchema = z.object({
  /** when it was measured: at most one an hour, after two weeks one a day */
  at: timeSchema,
  imageCount: z.number().int(),
  tagCount: z.number().int(),
  logicalBytes: bytesSchema,
  storedBytes: bytesSchema,
  untaggedBytes: bytesSchema,
  binBytes: bytesSchema,
  freedBytes: bytesSchema,
});
export type StorageSampleDto = z.infer<typeof storageSampleSchema>;

const repositoryStorageSchema = z.object({
  name: z.string(),
  imageCount: z.number().int(),
  untaggedCount: z.number().int(),
  logicalBytes: bytesSchema,
  storedBytes: bytesSchema,
  isSizeStale: z.boolean(),
});
export type RepositoryStorageDto = z.infer<typeof repositoryStorageSchema>;

const spaceStorageSchema = z.object({
  registry: z.object({
    id: idSchema,
    name: z.string(),
    /** other spaces are on it too: its unused data is not counted into this space's reclaimable share */
    isShared: z.boolean(),
    unreferenced: unreferencedSchema.nullable(),
  }),
  now: z.object(sizesShape),
  /** the last 90 days, oldest first, at most 200 */
  samples: z.array(storageSampleSchema),
  repositories: z.object({
    /** the largest 40, largest first */
    items: z.array(repositoryStorageSchema),
    /** the ones that are not listed, as one; blobs that several of them share count for each */
    others: z.object({ count: z.number().int(), imageCount: z.number().int(), storedBytes: bytesSchema }).nullable(),
  }),
});
export type SpaceStorageDto = z.infer<typeof spaceStorageSchema>;

export const getSpaceStorage = defineOperation({
  id: "getSpaceStorage",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/storage",
  summary: "Sizes of a space now and over time, by repository, and what of it could be freed",
  permission: "images.read",
  params: spaceParamsSchema,
  response: spaceStorageSchema,
});

const workspaceStorageSchema = z.object({
  total: z.object(sizesShape),
  spaces: z.array(z.object({ spaceId: idSchema, name: z.string(), registryId: idSchema, ...sizesShape })),
  /** of this workspace's spaces on it; `unreferenced` is of the whole registry */
  registries: z.array(
    z.object({
      registryId: idSchema,
      name: z.string(),
      spaceCount: z.number().int(),
      isShared: z.boolean(),
      unreferenced: unreferencedSchema.nullable(),
      ...sizesShape,
    }),
  ),
});
export type WorkspaceStorageDto = z.infer<typeof workspaceStorageSchema>;

export const getWorkspaceStorage = defineOperation({
  id: "getWorkspaceStorage",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/storage",
  summary: "Sizes of a workspace, each of its spaces and each registry they are on",
  permission: "images.read",
  params: workspaceParamsSchema,
  response: workspaceStorageSchema,
});

const reasonShareSchema = z.object({
  images: z.number().int(),
  /** freed once they are gone, purged and collected; what others hold too, and what is pinned, is not in it */
  bytes: bytesSchema,
  /** what counts as such, as the sentence of the rule that would take it */
  sentence: z.string(),
  /** a template to start that rule from */
  templateId: z.string(),
});

/** Why what could go could go. Each image counts once, superseded before old; before guards, so "about". */
const reclaimableByReasonSchema = z.object({
  superseded: reasonShareSchema,
  old: reasonShareSchema,
  /** why less than there may be is known of the old ones: "pulls are recorded only since …"; null = all is known */
  unknown: z.string().nullable(),
  /** there are more images than are measured at once: the numbers are of a part of them */
  isPartial: z.boolean(),
});
export type ReclaimableByReasonDto = z.infer<typeof reclaimableByReasonSchema>;

export const getReclaimableByReason = defineOperation({
  id: "getReclaimableByReason",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/storage/reclaimable",
  summary: "What could be freed of a space's images, split into superseded and old ones",
  permission: "rules.read",
  params: spaceParamsSchema,
  response: reclaimableByReasonSchema,
});
