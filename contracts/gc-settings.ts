import { z } from "zod";
import { cronExpressionProblem, timeZoneProblem } from "@/lib/cron";
import {
  editedRevisionSchema,
  hasOnlyVisibleText,
  idSchema,
  registryParamsSchema,
  timeSchema,
  VISIBLE_TEXT_PROBLEM,
} from "./common";
import { defineOperation } from "./define";
import { DELETES_NOTHING, deletesSomething, gcChoiceShape, gcEnablementSchema } from "./gc";
import { capabilitySchema } from "./registries";

export const requestGc = defineOperation({
  id: "requestGc",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}/gc/request",
  summary: "Ask the platform's admins to enable garbage collection for a registry; asking again changes the note",
  permission: "gc.run",
  params: registryParamsSchema,
  body: z
    .object({
      note: z.string().trim().max(500).refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM).default(""),
    })
    .strict(),
  response: gcEnablementSchema,
});

const platformGcRegistrySchema = z.object({
  registryId: idSchema,
  name: z.string(),
  url: z.string(),
  /** null: a registry of the platform */
  workspaceName: z.string().nullable(),
  enabledAt: timeSchema.nullable(),
  enabledByName: z.string().nullable(),
  modes: z.object({ read_only: capabilitySchema, online: capabilitySchema }),
  requests: z.array(
    z.object({
      workspaceId: idSchema,
      workspaceName: z.string(),
      requestedAt: timeSchema,
      requestedByName: z.string(),
      note: z.string(),
    }),
  ),
});
export type PlatformGcRegistryDto = z.infer<typeof platformGcRegistrySchema>;

export const listGcRegistries = defineOperation({
  id: "listGcRegistries",
  method: "GET",
  path: "/api/v1/platform/gc-registries",
  summary: "Registries with what is asked for and enabled of garbage collection, requests first (platform admins)",
  response: z.object({ items: z.array(platformGcRegistrySchema) }),
});

const platformRegistryParamsSchema = z.object({ registryId: idSchema }).strict();

export const setGcEnablement = defineOperation({
  id: "setGcEnablement",
  method: "PUT",
  path: "/api/v1/platform/gc-registries/{registryId}",
  summary:
    "Enable garbage collection for a registry, or disable it again; answers what was asked for (platform admins)",
  params: platformRegistryParamsSchema,
  body: z.object({ isEnabled: z.boolean() }).strict(),
  response: platformGcRegistrySchema,
});

const gcScheduleSchema = z.object({
  /** 5 fields (minute first) or 6 (second first), names allowed */
  expression: z.string(),
  /** IANA */
  timeZone: z.string(),
  isEnabled: z.boolean(),
  deleteUntagged: z.boolean(),
  sweepBlobs: z.boolean(),
  timeBoxMinutes: z.number().int().nullable(),
  mode: gcChoiceShape.mode,
  revision: z.number().int(),
  updatedByName: z.string(),
  updatedAt: timeSchema,
});

const gcScheduleStateSchema = z.object({
  /** null = none was set */
  schedule: gcScheduleSchema.nullable(),
  /** the next five, the earliest first; empty where it is disabled */
  nextRuns: z.array(timeSchema),
  /** what came of the latest time that it was due */
  lastFiring: z
    .object({
      scheduledFor: timeSchema,
      outcome: z.enum(["started", "skipped", "missed"]),
      /** why it was skipped or missed; of a late start, that it was */
      reason: z.string().nullable(),
      runId: idSchema.nullable(),
    })
    .nullable(),
});
export type GcScheduleStateDto = z.infer<typeof gcScheduleStateSchema>;

export const getGcSchedule = defineOperation({
  id: "getGcSchedule",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}/gc/schedule",
  summary: "When this workspace has a registry collected by itself",
  permission: "gc.read",
  params: registryParamsSchema,
  response: gcScheduleStateSchema,
});

export const setGcScheduleBodySchema = z
  .object({
    ...gcChoiceShape,
    expression: z.string().trim().min(1, "write a schedule, for instance 0 3 * * SUN").max(200),
    timeZone: z.string().max(100),
    isEnabled: z.boolean().default(true),
    /** of the schedule that is replaced; 0 = there is none */
    revision: editedRevisionSchema.min(0),
  })
  .strict()
  .refine(deletesSomething, DELETES_NOTHING)
  .superRefine((schedule, context) => {
    const expression = cronExpressionProblem(schedule.expression);
    if (expression !== null) context.addIssue({ code: "custom", path: ["expression"], message: expression });
    const zone = timeZoneProblem(schedule.timeZone);
    if (zone !== null) context.addIssue({ code: "custom", path: ["timeZone"], message: zone });
  });

export const setGcSchedule = defineOperation({
  id: "setGcSchedule",
  method: "PUT",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}/gc/schedule",
  summary: "Have a registry collected by a cron schedule of 5 or 6 fields in a time zone",
  permission: "gc.run",
  params: registryParamsSchema,
  body: setGcScheduleBodySchema,
  response: gcScheduleStateSchema,
});

export const removeGcSchedule = defineOperation({
  id: "removeGcSchedule",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}/gc/schedule",
  summary: "No longer have a registry collected by a schedule; what was started goes on",
  permission: "gc.run",
  params: registryParamsSchema,
  response: gcScheduleStateSchema,
});
