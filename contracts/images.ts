import { z } from "zod";
import { bytesSchema, idSchema, pageQueryShape, pageSchema, spaceParamsSchema, timeSchema } from "./common";
import { defineOperation } from "./define";

const repositorySchema = z.object({
  id: idSchema,
  name: z.string(),
  imageCount: z.number().int(),
  tagCount: z.number().int(),
  untaggedCount: z.number().int(),
  /** each blob counted once */
  storedBytes: bytesSchema,
  lastPushedAt: timeSchema.nullable(),
});
export type RepositoryDto = z.infer<typeof repositorySchema>;

export const listRepositories = defineOperation({
  id: "listRepositories",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/repositories",
  summary: "Repositories of a space",
  permission: "images.read",
  params: spaceParamsSchema,
  query: z.object({ ...pageQueryShape, search: z.string().max(200).optional() }).strict(),
  response: pageSchema(repositorySchema),
});

/** One image: children (platforms) are inside their index, referrers under their subject. */
const imageSchema = z.object({
  repositoryName: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  kind: z.enum(["image", "index", "unknown"]),
  artifactType: z.string().nullable(),
  tags: z.array(z.string()),
  platforms: z.array(z.object({ platform: z.string(), digest: z.string(), isMissing: z.boolean() })),
  referrers: z.array(z.object({ digest: z.string(), artifactType: z.string().nullable(), tag: z.string().nullable() })),
  /** everything a pull transfers, children and own blobs, each once */
  logicalBytes: bytesSchema,
  /** of that, what no other image of the registry uses */
  uniqueBytes: bytesSchema,
  pushedAt: timeSchema,
  isPushTimeBackdated: z.boolean(),
  lastPulledAt: timeSchema.nullable(),
  untaggedSince: timeSchema.nullable(),
});
export type ImageDto = z.infer<typeof imageSchema>;

export const listImages = defineOperation({
  id: "listImages",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/images",
  summary: "Images of a space, newest first",
  permission: "images.read",
  params: spaceParamsSchema,
  query: z
    .object({
      ...pageQueryShape,
      repository: z.string().max(300).optional(),
      search: z.string().max(200).optional(),
      state: z.enum(["any", "tagged", "untagged"]).default("any"),
      sort: z.enum(["pushed", "size", "name"]).default("pushed"),
    })
    .strict(),
  response: pageSchema(imageSchema),
});
