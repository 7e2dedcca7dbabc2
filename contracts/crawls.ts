import { z } from "zod";
import { idSchema, spaceParamsSchema, timeSchema } from "./common";
import { defineOperation } from "./define";

/** One reading of a registry, or of one space of it, into the inventory. */
export const crawlSchema = z.object({
  id: idSchema,
  registryId: idSchema,
  /** null = every space of the registry */
  spaceId: idSchema.nullable(),
  status: z.enum(["queued", "running", "succeeded", "failed", "cancelled"]),
  trigger: z.enum(["first", "schedule", "manual", "run"]),
  /** what was read: the registry's storage, or its API; null = not begun */
  source: z.enum(["storage", "api"]).nullable(),
  requestedByName: z.string().nullable(),
  isCancelRequested: z.boolean(),
  /** false for one that other workspaces wait for too */
  isCancellable: z.boolean(),
  /** null = not listed yet. Of a reading that other workspaces share, the numbers stay at null and 0. */
  repositoriesTotal: z.number().int().nullable(),
  repositoriesDone: z.number().int(),
  repositoriesFailed: z.number().int(),
  /** manifests that were new; known ones are not read again */
  manifestsRead: z.number().int(),
  /** why it failed, or what it could not read */
  error: z.string().nullable(),
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
});
export type CrawlDto = z.infer<typeof crawlSchema>;

const crawlParamsSchema = spaceParamsSchema.extend({ crawlId: idSchema });

export const listCrawls = defineOperation({
  id: "listCrawls",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/crawls",
  summary: "The latest readings that covered a space, newest first",
  permission: "images.read",
  params: spaceParamsSchema,
  query: z.object({ limit: z.coerce.number().int().min(1).max(50).default(10) }).strict(),
  response: z.object({
    items: z.array(crawlSchema),
    /** when the space was last read whole */
    lastReadAt: timeSchema.nullable(),
  }),
});

export const getCrawl = defineOperation({
  id: "getCrawl",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/crawls/{crawlId}",
  summary: "One reading of a space or of its registry, with its progress",
  permission: "images.read",
  params: crawlParamsSchema,
  response: crawlSchema,
});

export const cancelCrawl = defineOperation({
  id: "cancelCrawl",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/crawls/{crawlId}/cancel",
  summary: "Stop a reading within two seconds; what was read stays",
  permission: "images.sync",
  params: crawlParamsSchema,
  response: crawlSchema,
});
