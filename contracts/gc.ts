import { z } from "zod";
import { bytesSchema, idSchema, spaceParamsSchema, timeSchema } from "./common";
import { defineOperation } from "./define";
import { runSchema } from "./history";
import { capabilitySchema } from "./registries";

/** `available: false` comes with the reason why this registry cannot be collected. */
const gcStatusSchema = z.object({
  capability: capabilitySchema,
  registryId: idSchema,
  registryName: z.string(),
  /** of the whole registry, as last measured; null = not measured yet */
  unused: z
    .object({
      blobCount: z.number().int(),
      bytes: bytesSchema,
      untaggedManifestCount: z.number().int(),
      measuredAt: timeSchema,
    })
    .nullable(),
  /** held by the recycle bins of this space: freed only after a purge */
  binBytes: bytesSchema,
  /** this workspace's run, when one is active */
  activeRun: runSchema.nullable(),
  /** another workspace of this registry collects now */
  isBusyElsewhere: z.boolean(),
  lastSavings: z.object({ runId: idSchema, freedBytes: bytesSchema, finishedAt: timeSchema }).nullable(),
});
export type GcStatusDto = z.infer<typeof gcStatusSchema>;

export const getGcStatus = defineOperation({
  id: "getGcStatus",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/gc",
  summary: "Unused data of the space's registry, and the collection that runs",
  permission: "gc.read",
  params: spaceParamsSchema,
  response: gcStatusSchema,
});

export const startGcBodySchema = z
  .object({
    /** also remove manifests that no tag, kept index, subject, bin entry or grace period needs */
    deleteUntagged: z.boolean(),
    isDryRun: z.boolean().default(false),
    /** null = until done */
    timeBoxMinutes: z.number().int().min(1).max(1440).nullable().default(null),
  })
  .strict();

export const startGc = defineOperation({
  id: "startGc",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/gc-runs",
  summary: "Run garbage collection: the registry is read-only meanwhile, pulls are served",
  permission: "gc.run",
  params: spaceParamsSchema,
  body: startGcBodySchema,
  response: runSchema,
  successStatus: 202,
});
