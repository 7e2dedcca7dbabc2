import { z } from "zod";
import { GC_MODES } from "@/domain/gc/gc-mode";
import {
  bytesSchema,
  idSchema,
  pageQueryShape,
  pageSchema,
  registryParamsSchema,
  runParamsSchema,
  spaceParamsSchema,
  timeSchema,
  workspaceParamsSchema,
} from "./common";
import { defineOperation } from "./define";
import { auditEventSchema, runSchema } from "./history";
import { capabilitySchema } from "./registries";

/** Whether collections are switched on for a registry: once, by a platform admin, whom an admin of a workspace may ask. */
export const gcEnablementSchema = z.object({
  enabledAt: timeSchema.nullable(),
  enabledByName: z.string().nullable(),
  /** of this workspace, not answered yet */
  request: z.object({ requestedAt: timeSchema, requestedByName: z.string(), note: z.string() }).nullable(),
  /** whether who asks may enable it themselves */
  canEnable: z.boolean(),
});
export type GcEnablementDto = z.infer<typeof gcEnablementSchema>;

/** `available: false` comes with the reason why this registry cannot be collected. */
const gcStatusSchema = z.object({
  /** whether it can be started now, in any mode; not where it has not been enabled */
  capability: capabilitySchema,
  /** what each mode would need, enabled or not */
  modes: z.object({ read_only: capabilitySchema, online: capabilitySchema }),
  enablement: gcEnablementSchema,
  registryId: idSchema,
  registryName: z.string(),
  /** the space that a collection of this workspace is started for; null where it has none on the registry */
  startSpaceId: idSchema.nullable(),
  /** this workspace's spaces there; untagged manifests are deleted in these alone */
  spaces: z.array(z.object({ id: idSchema, name: z.string() })),
  /** other workspaces have spaces there too */
  isShared: z.boolean(),
  /** its blobs are in a bucket, which may hold on to what was deleted from it */
  isBucket: z.boolean(),
  /** of the whole registry, as last measured; null = not measured yet */
  unused: z
    .object({
      /** blobs that no manifest names, and their bytes (null: measured before they were told apart) */
      blobCount: z.number().int(),
      blobBytes: bytesSchema.nullable(),
      /** manifests that nothing keeps, and the bytes that go only with them */
      untaggedManifestCount: z.number().int(),
      untaggedBytes: bytesSchema.nullable(),
      /** both together */
      bytes: bytesSchema,
      measuredAt: timeSchema,
    })
    .nullable(),
  /** held by the recycle bins of this space (of a registry: of this workspace's spaces there): freed only after a purge */
  binBytes: bytesSchema,
  /** this workspace's run, when one is active */
  activeRun: runSchema.nullable(),
  /** another workspace of this registry collects now */
  isBusyElsewhere: z.boolean(),
  lastSavings: z.object({ runId: idSchema, freedBytes: bytesSchema, finishedAt: timeSchema }).nullable(),
  /** about how long one takes, from earlier ones of this registry; null = none to go by */
  estimate: z.object({ seconds: z.number().int().nonnegative(), fromRuns: z.number().int() }).nullable(),
});
export type GcStatusDto = z.infer<typeof gcStatusSchema>;

export const getGcStatus = defineOperation({
  id: "getGcStatus",
  // Of the whole registry: it names other spaces.
  tokens: "unlimited",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/gc",
  summary: "Unused data of the space's registry, and the collection that runs",
  permission: "gc.read",
  params: spaceParamsSchema,
  response: gcStatusSchema,
});

export const getRegistryGc = defineOperation({
  id: "getRegistryGc",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}/gc",
  summary: "Unused data of a registry, and the collection that runs",
  permission: "gc.read",
  params: registryParamsSchema,
  response: gcStatusSchema,
});

export const getActiveGc = defineOperation({
  id: "getActiveGc",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}/gc/active",
  summary: "This workspace's collection of a registry that runs now; 404 where none does",
  permission: "gc.read",
  params: registryParamsSchema,
  response: runSchema,
});

const collectingSchema = z.object({
  registryId: idSchema,
  registryName: z.string(),
  mode: z.enum(GC_MODES),
  phase: z.string(),
  since: timeSchema,
  /** about when it ends, by earlier ones; null = nothing to go by, or that time has passed */
  endsAbout: timeSchema.nullable(),
  /** null where another workspace runs it */
  run: z.object({ id: idSchema, spaceId: idSchema }).nullable(),
});
export type CollectingDto = z.infer<typeof collectingSchema>;

export const listCollecting = defineOperation({
  id: "listCollecting",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/collecting",
  summary: "Registries of this workspace that are being collected now; in read-only mode they refuse pushes",
  permission: "workspace.read",
  params: workspaceParamsSchema,
  response: z.object({ items: z.array(collectingSchema) }),
});

/** Of a collection that is started or scheduled. */
export const gcChoiceShape = {
  /** also remove manifests that no tag, kept index, subject, bin entry or grace period needs */
  deleteUntagged: z.boolean(),
  /** false: only untagged manifests go; what they used stays for another collection */
  sweepBlobs: z.boolean().default(true),
  /** null = until done */
  timeBoxMinutes: z.number().int().min(1).max(1440).nullable().default(null),
  mode: z.enum(GC_MODES).default("read_only"),
};
export const deletesSomething = (choice: { deleteUntagged: boolean; sweepBlobs: boolean }): boolean =>
  choice.deleteUntagged || choice.sweepBlobs;
export const DELETES_NOTHING = "choose untagged manifests, unreferenced blobs or both";

export const startGcBodySchema = z
  .object({ ...gcChoiceShape, isDryRun: z.boolean().default(false) })
  .strict()
  .refine(deletesSomething, DELETES_NOTHING);

export const startGc = defineOperation({
  id: "startGc",
  // It goes through the whole registry.
  tokens: "unlimited",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/gc-runs",
  summary: "Run garbage collection; pulls are served meanwhile, and in online mode pushes are taken",
  permission: "gc.run",
  params: spaceParamsSchema,
  body: startGcBodySchema,
  response: runSchema,
  successStatus: 202,
});

const gcHistoryItemSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("run"), at: timeSchema, run: runSchema }),
  z.object({ kind: z.literal("event"), at: timeSchema, event: auditEventSchema }),
]);
export type GcHistoryItem = z.infer<typeof gcHistoryItemSchema>;

export const GC_HISTORY_KINDS = ["all", "runs", "events"] as const;

export const listGcHistory = defineOperation({
  id: "listGcHistory",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}/gc-history",
  summary: "This workspace's collections of a registry and what else happened to it, newest first",
  permission: "gc.read",
  params: registryParamsSchema,
  query: z
    .object({
      ...pageQueryShape,
      show: z.enum(GC_HISTORY_KINDS).default("all"),
      search: z.string().max(200).optional(),
    })
    .strict(),
  response: pageSchema(gcHistoryItemSchema),
});

export const undoGc = defineOperation({
  id: "undoGc",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/runs/{runId}/undo",
  summary: "Put back what an online collection took, until it is purged (totals.undoUntil); done within seconds",
  permission: "gc.run",
  params: runParamsSchema,
  response: runSchema,
  successStatus: 202,
});
