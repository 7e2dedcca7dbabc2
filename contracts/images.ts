import { z } from "zod";
import { bytesSchema, idSchema, pageQueryShape, pageSchema, spaceParamsSchema, timeSchema } from "./common";
import { defineOperation } from "./define";

const repositorySchema = z.object({
  id: idSchema,
  name: z.string(),
  imageCount: z.number().int(),
  tagCount: z.number().int(),
  untaggedCount: z.number().int(),
  /** images with children missing, or unreadable */
  brokenCount: z.number().int(),
  /** what pulling every image of it would transfer */
  logicalBytes: bytesSchema,
  /** each blob counted once */
  storedBytes: bytesSchema,
  /** its manifests changed and storedBytes was not measured again yet: "about" */
  isSizeStale: z.boolean(),
  lastPushedAt: timeSchema.nullable(),
  lastPulledAt: timeSchema.nullable(),
});
export type RepositoryDto = z.infer<typeof repositorySchema>;

export const listRepositories = defineOperation({
  id: "listRepositories",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/repositories",
  summary: "Repositories of a space",
  permission: "images.read",
  params: spaceParamsSchema,
  query: z
    .object({
      ...pageQueryShape,
      search: z.string().max(200).optional(),
      sort: z.enum(["name", "size", "images", "pushed"]).default("name"),
    })
    .strict(),
  response: pageSchema(repositorySchema),
});

export const IMAGE_KINDS = ["image", "index", "chart", "other", "unknown"] as const;
export const IMAGE_HEALTHS = ["whole", "partial", "ghost", "unreadable"] as const;
export const IMAGE_SORTS = ["pushed", "pulled", "size", "name"] as const;

const daysSchema = z.coerce.number().int().min(0).max(36_500);
const sizeSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What can be asked of a list of images; every part narrows. As a query, so that a filter is a link. */
const imageFilterShape = {
  repository: z.string().max(300).optional(),
  /** glob over tags: `*` and `?` within one tag, `{a,b}` one of these; one of the image's tags must match */
  tag: z.string().max(200).optional(),
  /** part of a repository's or tag's name, or the start of a digest */
  search: z.string().max(200).optional(),
  state: z.enum(["any", "tagged", "untagged"]).default("any"),
  kind: z.enum(IMAGE_KINDS).optional(),
  /** `broken` = everything but whole */
  health: z.enum([...IMAGE_HEALTHS, "broken"]).optional(),
  /** pushed more than this many days ago */
  olderThanDays: daysSchema.optional(),
  /** pushed at most this many days ago */
  youngerThanDays: daysSchema.optional(),
  /** neither pulled nor pushed for more than this many days */
  idleDays: daysSchema.optional(),
  pulled: z.enum(["ever", "never"]).optional(),
  /** of the logical size */
  minBytes: sizeSchema.optional(),
  maxBytes: sizeSchema.optional(),
  /** os/architecture[/variant], for instance linux/arm64; one of the image's platforms */
  platform: z.string().max(100).optional(),
  pinned: z.enum(["yes", "no"]).optional(),
};
export const imageFilterSchema = z.object(imageFilterShape).strict();
export type ImageFilterDto = z.infer<typeof imageFilterSchema>;

/** One image: children (platforms) are inside their index, referrers under their subject. */
export const imageSchema = z.object({
  repositoryName: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  kind: z.enum(IMAGE_KINDS),
  artifactType: z.string().nullable(),
  tags: z.array(z.string()),
  platforms: z.array(z.object({ platform: z.string(), digest: z.string(), isMissing: z.boolean() })),
  referrers: z.array(z.object({ digest: z.string(), artifactType: z.string().nullable(), tag: z.string().nullable() })),
  health: z.enum(IMAGE_HEALTHS),
  /** digests that it names and its repository does not have */
  missing: z.array(z.string()),
  /** everything a pull of all of it transfers, children, referrers and own blobs, each once */
  logicalBytes: bytesSchema,
  /** of that, what no other image of the registry and nothing in a recycle bin uses: freed if this alone goes */
  uniqueBytes: bytesSchema,
  pushedAt: timeSchema,
  isPushTimeBackdated: z.boolean(),
  /** when it was pushed is not known: `pushedAt` is when it was first seen */
  isPushTimeFirstSeen: z.boolean(),
  lastPulledAt: timeSchema.nullable(),
  untaggedSince: timeSchema.nullable(),
  pin: z
    .object({
      id: idSchema,
      /** this and the next: empty for who reads a space of another workspace */
      reason: z.string(),
      ownerName: z.string(),
      expiresAt: timeSchema.nullable(),
    })
    .nullable(),
});
export type ImageDto = z.infer<typeof imageSchema>;

export const listImages = defineOperation({
  id: "listImages",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/images",
  summary: "Images of a space",
  permission: "images.read",
  params: spaceParamsSchema,
  query: z
    .object({
      ...pageQueryShape,
      ...imageFilterShape,
      sort: z.enum(IMAGE_SORTS).default("pushed"),
      /** default: newest, latest pulled, largest first; names from a to z */
      order: z.enum(["asc", "desc"]).optional(),
      /** instead of a cursor: how many images to pass over, for a list that is scrolled by its bar; the answer's cursor goes on from there */
      position: z.coerce.number().int().min(0).max(10_000_000).optional(),
    })
    .strict(),
  response: pageSchema(imageSchema).extend({
    /** counting stopped at `total`: there are more */
    isTotalCapped: z.boolean(),
  }),
});

/**
 * Images that somebody chose: by name, or everything that a filter finds now, but for some. A list is at most 10,000 long;
 * a filter has no limit.
 */
export const imageSelectionSchema = z.union([
  z
    .object({
      images: z
        .array(z.object({ repositoryName: z.string().min(1).max(300), digest: z.string().min(1).max(200) }).strict())
        .min(1)
        .max(10_000),
    })
    .strict(),
  z
    .object({
      filter: imageFilterSchema,
      except: z
        .array(z.object({ repositoryName: z.string().min(1).max(300), digest: z.string().min(1).max(200) }).strict())
        .max(10_000)
        .default([]),
    })
    .strict(),
]);
/** 10,000 images with names of usual length. */
export const SELECTION_BYTES_MAX = 4 * 1024 * 1024;
export type ImageSelection = z.infer<typeof imageSelectionSchema>;

/** What would happen if a selection went to the recycle bin and was purged there. */
export const measureImages = defineOperation({
  id: "measureImages",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/images/measure",
  summary: "Count a selection of images: tags, children, referrers, and the exact bytes that only they use",
  permission: "images.read",
  params: spaceParamsSchema,
  body: z.object({ selection: imageSelectionSchema }).strict(),
  bodyBytesMax: SELECTION_BYTES_MAX,
  response: z.object({
    /** what was there then is counted; a deletion of all of a filter takes nothing that came later (`asOf`) */
    measuredAt: timeSchema,
    images: z.number().int(),
    /** of a list: how many of it are not there any more */
    gone: z.number().int(),
    tags: z.number().int(),
    /** the first 50 of them, `repository:tag` */
    tagSample: z.array(z.string()),
    children: z.number().int(),
    referrers: z.number().int(),
    /** images that stay for a pin, of themselves or of a part */
    pinned: z.number().int(),
    /** other images that stay because a kept image needs them: tagged platforms of an index that is not in the selection, or stays itself */
    parts: z.number().int(),
    repositories: z.number().int(),
    logicalBytes: bytesSchema,
    /** each blob of the selection once */
    storedBytes: bytesSchema,
    /** of that, what nothing outside the selection uses, no kept image and no recycle bin */
    freedBytes: bytesSchema,
    /** of storedBytes, what stays because an entry of a recycle bin uses it; 0 for who reads a space of another workspace */
    heldByBinBytes: bytesSchema,
    /** of storedBytes, what stays because other images use it (for such a reader: or a recycle bin) */
    sharedBytes: bytesSchema,
  }),
});
