import { z } from "zod";
import { RUN_KINDS, RUN_STATUSES } from "@/domain/history/run-status";
import {
  bytesSchema,
  idSchema,
  pageQueryShape,
  pageSchema,
  runParamsSchema,
  spaceParamsSchema,
  timeSchema,
} from "./common";
import { defineOperation } from "./define";

/**
 * Progress and totals by kind of run; every number is a count or bytes that were really reached, so that a cancelled
 * run's row is as true as a finished one's. Absent = not known (yet).
 */
const runNumbersSchema = z.object({
  // reclaim, restore, purge
  itemsTotal: z.number().int().optional(),
  itemsDone: z.number().int().optional(),
  itemsSkipped: z.number().int().optional(),
  itemsFailed: z.number().int().optional(),
  /** of a reclaim plan: those of the total that a limit leaves for another run */
  itemsLeftOut: z.number().int().optional(),
  /** of a reclaim plan: images kept */
  itemsKept: z.number().int().optional(),
  /** of a deletion by hand that skips the bin: of those moved, the ones that were purged for good since */
  itemsPurged: z.number().int().optional(),
  tagsTotal: z.number().int().optional(),
  logicalBytes: bytesSchema.optional(),
  /** bytes that no kept image uses: what a later purge and collection can free */
  uniqueBytes: bytesSchema.optional(),
  currentItem: z.string().optional(),
  // garbage collection
  manifestsTotal: z.number().int().optional(),
  manifestsDone: z.number().int().optional(),
  blobsTotal: z.number().int().optional(),
  /** looked at while marking */
  blobsDone: z.number().int().optional(),
  candidateManifests: z.number().int().optional(),
  candidateBlobs: z.number().int().optional(),
  candidateBytes: bytesSchema.optional(),
  deletedManifests: z.number().int().optional(),
  deletedBlobs: z.number().int().optional(),
  freedBytes: bytesSchema.optional(),
  bytesPerSecond: z.number().optional(),
  secondsLeft: z.number().optional(),
  /** while waiting for writers: when the last token ends, with the registry's leeway */
  writersDoneAt: timeSchema.optional(),
  oddities: z.number().int().optional(),
  /** where what was deleted is not free at once, in words; and when it is expected to be, where that is known */
  spaceFreeWhy: z.string().optional(),
  spaceFreeAt: timeSchema.optional(),
  // of one in online mode
  /** until when those are waited for who may still write something that names a quarantined blob */
  settledAt: timeSchema.optional(),
  quarantinedBlobs: z.number().int().optional(),
  quarantinedBytes: bytesSchema.optional(),
  /** blobs and manifests that the second mark gave back */
  returnedBlobs: z.number().int().optional(),
  returnedManifests: z.number().int().optional(),
  /** until when what was taken can be put back; absent where it is gone for good */
  undoUntil: timeSchema.optional(),
});
export type RunNumbers = z.infer<typeof runNumbersSchema>;

/** What a run by rules asks before it takes much of its space. It stays when it was answered. */
const runConfirmationSchema = z.object({
  /** images, tags = more of them than the space's share would go; first_run = of a lifecycle policy that nobody has previewed */
  reason: z.enum(["images", "tags", "first_run"]),
  /** images that it would take, of all images of the space */
  images: z.number().int(),
  imagesTotal: z.number().int(),
  /** tags that it would take, those of images that stay too, of all tags of the space */
  tags: z.number().int(),
  tagsTotal: z.number().int(),
  /** of the tags where those are the reason, else of the images */
  sharePercent: z.number(),
  /** the space's setting; where a share is the reason, it is above this */
  limitPercent: z.number().int(),
  /** stored bytes of those images, shared ones too */
  logicalBytes: bytesSchema,
  askedAt: timeSchema,
  /** unconfirmed by then, it is cancelled */
  expiresAt: timeSchema,
  confirmedAt: timeSchema.nullable(),
  confirmedByName: z.string().nullable(),
});

export const runSchema = z.object({
  id: idSchema,
  spaceId: idSchema,
  registryId: idSchema,
  kind: z.enum(RUN_KINDS),
  status: z.enum([...RUN_STATUSES, "cancelling"]),
  phase: z.string(),
  isDryRun: z.boolean(),
  trigger: z.string(),
  options: z.record(z.string(), z.unknown()),
  requestedByName: z.string(),
  cancelRequestedBy: z.string().nullable(),
  /** null where it did not have to ask; to be answered while the status is `awaiting_confirmation` */
  confirmation: runConfirmationSchema.nullable(),
  progress: runNumbersSchema,
  totals: runNumbersSchema,
  /** of a cancelled run: why, where nobody cancelled this run itself (`reclaim_stopped`, `not_confirmed`) */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  lastSequence: z.number().int(),
  /** of an old preview: when its verdicts were dropped; its totals stay */
  itemsPrunedAt: timeSchema.nullable(),
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
});
export type RunDto = z.infer<typeof runSchema>;

const runEventSchema = z.object({
  sequence: z.number().int(),
  at: timeSchema,
  kind: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type RunEventDto = z.infer<typeof runEventSchema>;

/** A frame of a run's stream. Every frame carries the whole row; `done` is the last one. */
export const runFrameSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("update"), run: runSchema, events: z.array(runEventSchema) }),
  z.object({ type: z.literal("done"), run: runSchema, events: z.array(runEventSchema) }),
]);
export type RunFrame = z.infer<typeof runFrameSchema>;

export const RUN_TRIGGERS = ["manual", "schedule", "quota", "api"] as const;

const runFilterShape = {
  kind: z.enum(RUN_KINDS).optional(),
  isDryRun: z.enum(["true", "false"]).optional(),
  trigger: z.enum(RUN_TRIGGERS).optional(),
  status: z.enum(RUN_STATUSES).optional(),
  /** a rule that was chosen for the run, there by now or not */
  ruleId: idSchema.optional(),
  /** who asked for it, by name */
  person: z.string().max(200).optional(),
};

export const listRuns = defineOperation({
  id: "listRuns",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/runs",
  summary: "Runs of a space, newest first",
  permission: "history.read",
  params: spaceParamsSchema,
  query: z.object({ ...pageQueryShape, ...runFilterShape }).strict(),
  response: pageSchema(runSchema),
});

export const listRunFacets = defineOperation({
  id: "listRunFacets",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/runs/facets",
  summary: "What the runs of a space can be filtered by: people and rules that any of them names",
  permission: "history.read",
  params: spaceParamsSchema,
  response: z.object({
    people: z.array(z.object({ name: z.string(), count: z.number().int() })),
    /** in the name that the latest run knew it by */
    rules: z.array(z.object({ id: idSchema, name: z.string(), count: z.number().int() })),
  }),
});

export const getRun = defineOperation({
  id: "getRun",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/runs/{runId}",
  summary: "One run",
  permission: "history.read",
  params: runParamsSchema,
  response: runSchema,
});

export const cancelRun = defineOperation({
  id: "cancelRun",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/runs/{runId}/cancel",
  summary: "Ask a run to stop; what it did so far stays and is counted",
  permission: "runs.cancel",
  params: runParamsSchema,
  response: runSchema,
  successStatus: 202,
});

export const watchRun = defineOperation({
  id: "watchRun",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/runs/{runId}/stream",
  summary: "A run as server-sent events; Last-Event-ID resumes",
  permission: "history.read",
  params: runParamsSchema,
  response: runFrameSchema,
  output: "stream",
});

export const listRunEvents = defineOperation({
  id: "listRunEvents",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/runs/{runId}/events",
  summary: "The log of a run",
  permission: "history.read",
  params: runParamsSchema,
  query: z
    .object({
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(500),
    })
    .strict(),
  response: z.object({ items: z.array(runEventSchema) }),
});

export const auditEventSchema = z.object({
  id: idSchema,
  at: timeSchema,
  actorName: z.string(),
  action: z.string(),
  resourceType: z.string(),
  resourceId: z.string(),
  /** one plain sentence */
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type AuditEventDto = z.infer<typeof auditEventSchema>;

export const listHistory = defineOperation({
  id: "listHistory",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/history",
  summary: "Who did what in a space, newest first",
  permission: "history.read",
  params: spaceParamsSchema,
  query: z.object({ ...pageQueryShape, search: z.string().max(200).optional() }).strict(),
  response: pageSchema(auditEventSchema),
});
