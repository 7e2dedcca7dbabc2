import { z } from "zod";
import { spaceParamsSchema, timeSchema } from "./common";
import { defineOperation } from "./define";
import { runSchema } from "./history";
import { imageSelectionSchema, SELECTION_BYTES_MAX } from "./images";

/** Reasons that are offered; any other text is as good. */
export const DELETION_REASONS = ["outdated", "no longer used"] as const;

const reasonSchema = z.string().trim().max(200, "use at most 200 characters").optional();

/**
 * Moves what somebody chose to the recycle bin, each image with all its tags, children and referrers. With `skipBin` the run purges
 * what it moved, and nothing else, as its last step: that needs the permission `bin.purge` and the space's name, typed.
 */
export const startRecycle = defineOperation({
  id: "startRecycle",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/recycle-runs",
  summary: "Delete images by hand: they move to the recycle bin, or, where it is skipped, are destroyed",
  permission: "images.recycle",
  params: spaceParamsSchema,
  body: z
    .object({
      /** a filter is resolved when the run plans */
      selection: imageSelectionSchema,
      /** of a filter, and required for it: `measuredAt` of the numbers that were shown. What came later is left, and said. */
      asOf: timeSchema.optional(),
      reason: reasonSchema,
      skipBin: z
        .object({
          typedName: z.string().max(100),
          /** the images that were shown, required for a filter: where there are more or fewer by now, nothing is destroyed */
          expectedCount: z.number().int().nonnegative().optional(),
        })
        .strict()
        .optional(),
    })
    .strict(),
  bodyBytesMax: SELECTION_BYTES_MAX,
  response: runSchema,
  successStatus: 202,
});

/** At most so many tags in one request to untag. */
export const UNTAG_MAX = 1000;

/** Takes tags away. A tag that points at another digest by then is left alone. */
export const startUntag = defineOperation({
  id: "startUntag",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/untag-runs",
  summary: "Delete tags by hand: their images stay, untagged, unless these are asked to go to the recycle bin",
  permission: "images.recycle",
  params: spaceParamsSchema,
  body: z
    .object({
      tags: z
        .array(
          z
            .object({
              repositoryName: z.string().min(1).max(300),
              tag: z.string().min(1).max(128),
              /** what the tag points at, as it was shown */
              digest: z.string().min(1).max(200),
            })
            .strict(),
        )
        .min(1, "choose at least one tag")
        .max(UNTAG_MAX, "choose at most 1,000 tags at once"),
      /** digests that are left without any tag go to the recycle bin too */
      recycleDigests: z.boolean().default(false),
      reason: reasonSchema,
    })
    .strict(),
  bodyBytesMax: 1024 * 1024,
  response: runSchema,
  successStatus: 202,
});
