import { z } from "zod";
import { spaceParamsSchema } from "./common";
import { defineOperation } from "./define";

/** Sent at once and whenever the inventory of the space, or a reading of its registry, has changed. */
export const spaceFrameSchema = z.object({
  type: z.literal("changed"),
  /** of the inventory; a page that shows another one is out of date */
  revision: z.number().int(),
  /** the reading that is under way; null = none */
  crawl: z
    .object({
      status: z.enum(["queued", "running"]),
      repositoriesDone: z.number().int(),
      /** null = not listed yet */
      repositoriesTotal: z.number().int().nullable(),
      manifestsRead: z.number().int(),
    })
    .nullable(),
});
export type SpaceFrame = z.infer<typeof spaceFrameSchema>;

export const watchSpace = defineOperation({
  id: "watchSpace",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/stream",
  summary: "Changes of a space's inventory as server-sent events",
  permission: "images.read",
  params: spaceParamsSchema,
  response: spaceFrameSchema,
  output: "stream",
});
