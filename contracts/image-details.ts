import { z } from "zod";
import { bytesSchema, spaceParamsSchema, timeSchema } from "./common";
import { defineOperation } from "./define";
import { imageSchema } from "./images";

/** An image by name. As a query, because names of repositories have slashes in them. */
const imageQuerySchema = z
  .object({ repository: z.string().min(1).max(300), digest: z.string().min(1).max(200) })
  .strict();

/** Counting the users of a blob stops here: "1,000+". */
export const SHARED_COUNT_MAX = 1_000;

const blobSchema = z.object({
  digest: z.string(),
  mediaType: z.string().nullable(),
  sizeBytes: bytesSchema,
  /** the registry holds no bytes of it */
  isForeign: z.boolean(),
  /** how many other images of the registry use it; SHARED_COUNT_MAX means that many or more */
  otherImages: z.number().int(),
  /** an entry of a recycle bin uses it */
  isInBin: z.boolean(),
});
export type ImageBlobDto = z.infer<typeof blobSchema>;

/** A manifest of a repository, whole: an image, or one of its platforms or referrers. */
const imageDetailsSchema = z.object({
  repositoryName: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  /** what the list shows of it; null for a platform or a referrer, which are no images of their own */
  image: imageSchema.nullable(),
  kind: z.enum(["image", "index", "unknown"]),
  artifactType: z.string().nullable(),
  platform: z.string().nullable(),
  manifestBytes: bytesSchema,
  /** from its config; null where that does not say */
  builtAt: timeSchema.nullable(),
  pushedAt: timeSchema,
  subjectDigest: z.string().nullable(),
  /** why its body could not be understood */
  unreadableReason: z.string().nullable(),
  /** its tags by name, at most 500 of `tagCount` */
  tags: z.array(z.object({ name: z.string(), pushedAt: timeSchema })),
  tagCount: z.number().int(),
  /** rules that leave it alone because it was restored after they had taken it, until they are changed; empty for who reads a space of another workspace */
  exemptFrom: z.array(
    z.object({
      ruleId: z.string(),
      ruleName: z.string(),
      revision: z.number().int(),
      restoredByName: z.string(),
      restoredAt: timeSchema,
    }),
  ),
  /** what it is a part of, in this repository */
  belongsTo: z.array(
    z.object({ digest: z.string(), as: z.enum(["platform", "referrer"]), tag: z.string().nullable() }),
  ),
  config: blobSchema.nullable(),
  layers: z.array(blobSchema),
  children: z.array(
    z.object({
      digest: z.string(),
      mediaType: z.string().nullable(),
      platform: z.string().nullable(),
      kind: z.enum(["image", "index", "unknown"]),
      /** its manifest and everything that it names */
      sizeBytes: bytesSchema,
      isMissing: z.boolean(),
    }),
  ),
  referrers: z.array(
    z.object({
      digest: z.string(),
      mediaType: z.string(),
      artifactType: z.string().nullable(),
      /** the fallback tag that ties it to this image; null = by its subject field */
      tag: z.string().nullable(),
      sizeBytes: bytesSchema,
      pushedAt: timeSchema,
    }),
  ),
});
export type ImageDetailsDto = z.infer<typeof imageDetailsSchema>;

export const getImage = defineOperation({
  id: "getImage",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/images/details",
  summary: "One image: its layers and who shares them, platforms, referrers and tags",
  permission: "images.read",
  params: spaceParamsSchema,
  query: imageQuerySchema,
  response: imageDetailsSchema,
});

export const MANIFEST_MAX_BYTES = 4 * 1024 * 1024;
export const CONFIG_MAX_BYTES = 1024 * 1024;

export const getImageManifest = defineOperation({
  id: "getImageManifest",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/images/manifest",
  summary: "The manifest of an image as the registry holds it now",
  permission: "images.read",
  params: spaceParamsSchema,
  query: imageQuerySchema,
  response: z.object({
    mediaType: z.string(),
    sizeBytes: bytesSchema,
    /** byte for byte; null with a problem */
    text: z.string().nullable(),
    /** why it cannot be shown */
    problem: z.string().nullable(),
  }),
});

const imageConfigSchema = z.object({
  platform: z.string().nullable(),
  createdAt: timeSchema.nullable(),
  author: z.string().nullable(),
  user: z.string().nullable(),
  workingDir: z.string().nullable(),
  entrypoint: z.array(z.string()),
  command: z.array(z.string()),
  env: z.array(z.string()),
  labels: z.array(z.object({ name: z.string(), value: z.string() })),
  exposedPorts: z.array(z.string()),
  volumes: z.array(z.string()),
  stopSignal: z.string().nullable(),
  history: z.array(
    z.object({
      createdBy: z.string(),
      createdAt: timeSchema.nullable(),
      comment: z.string(),
      /** its place among the layers; null where the step made none */
      layer: z.number().int().nullable(),
    }),
  ),
  /** whether lists or texts were cut */
  isCut: z.boolean(),
});
export type ImageConfigDto = z.infer<typeof imageConfigSchema>;

export const getImageConfig = defineOperation({
  id: "getImageConfig",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/images/config",
  summary: "The config of an image as the registry holds it now: environment, command, labels, history",
  permission: "images.read",
  params: spaceParamsSchema,
  query: imageQuerySchema,
  response: z.object({
    /** null with a problem */
    config: imageConfigSchema.nullable(),
    /** why it cannot be shown */
    problem: z.string().nullable(),
  }),
});
