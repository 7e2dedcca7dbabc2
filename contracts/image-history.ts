import { z } from "zod";
import { idSchema, pageQueryShape, pageSchema, spaceParamsSchema, timeSchema } from "./common";
import { defineOperation } from "./define";

const IMAGE_EVENT_KINDS = [
  "pushed",
  "tagged",
  "overwritten",
  "untagged",
  "gone",
  "recycled",
  "restored",
  "purged",
  "pinned",
  "unpinned",
] as const;

/** Something that happened to a tag or digest, whatever became of the image since. */
const imageEventSchema = z.object({
  id: z.string(),
  at: timeSchema,
  kind: z.enum(IMAGE_EVENT_KINDS),
  /** one plain sentence, without its subject: "moved to the recycle bin by rule “PR builds” (revision 3)" */
  text: z.string(),
  repositoryName: z.string(),
  digest: z.string(),
  /** null = of the digest itself */
  tag: z.string().nullable(),
  /** null = not known */
  actorName: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** where it is known from: a notification of the registry, a reading of it, a run, or the console */
  source: z.enum(["event", "crawl", "run", "console"]),
  runId: idSchema.nullable(),
  rule: z
    .object({ id: idSchema.nullable(), name: z.string().nullable(), revision: z.number().int().nullable() })
    .nullable(),
  /** tagged: what the tag pointed to before; overwritten: what it points to since */
  otherDigest: z.string().nullable(),
  reason: z.string().nullable(),
});
export type ImageEventDto = z.infer<typeof imageEventSchema>;

export const listImageEvents = defineOperation({
  id: "listImageEvents",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/image-events",
  summary: "What happened to images of a space, newest first: of a repository, a tag, a digest, or by search",
  permission: "images.read",
  params: spaceParamsSchema,
  query: z
    .object({
      ...pageQueryShape,
      repository: z.string().max(300).optional(),
      digest: z.string().max(200).optional(),
      tag: z.string().max(200).optional(),
      /** part of a tag's or repository's name, or the start of a digest; finds what is long gone */
      search: z.string().max(200).optional(),
    })
    .strict(),
  /** `total` counts up to 10,000 */
  response: pageSchema(imageEventSchema),
});

const imagePullSchema = z.object({
  digest: z.string(),
  /** the account or token that pulled; empty = anonymous, null = not told to readers of somebody else's space */
  actorName: z.string().nullable(),
  userAgent: z.string(),
  /** of the latest pull, where it was by tag */
  tag: z.string().nullable(),
  count: z.number().int(),
  firstAt: timeSchema,
  lastAt: timeSchema,
});

export const listImagePulls = defineOperation({
  id: "listImagePulls",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/image-pulls",
  summary: "Who pulled an image with what, latest first; pulls of its platforms are pulls of it",
  permission: "images.read",
  params: spaceParamsSchema,
  query: z.object({ repository: z.string().min(1).max(300), digest: z.string().min(1).max(200) }).strict(),
  response: z.object({
    items: z.array(imagePullSchema),
    /** since when the registry tells of pulls; null = it never did, so that no pull means nothing */
    trackingSince: timeSchema.nullable(),
    /** whose pulls are left out: well-known scanners and mirrors, and what the space names */
    ignored: z.object({ wellKnown: z.array(z.string()), ofSpace: z.array(z.string()) }),
  }),
});
