import { z } from "zod";
import { bytesSchema, idSchema, pageQueryShape, pageSchema, spaceParamsSchema, timeSchema } from "./common";
import { defineOperation } from "./define";
import { runSchema } from "./history";

const BIN_ENTRY_STATES = ["recycling", "held", "restoring", "restored", "purging", "purged"] as const;

const binEntrySchema = z.object({
  id: idSchema,
  spaceId: idSchema,
  repositoryName: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  kind: z.string(),
  state: z.enum(BIN_ENTRY_STATES),
  tags: z.array(z.string()),
  manifestCount: z.number().int(),
  referrerCount: z.number().int(),
  logicalBytes: bytesSchema,
  /** what purging it would leave unreferenced now; shared blobs are not counted */
  uniqueBytes: bytesSchema,
  reasonText: z.string(),
  ruleId: idSchema.nullable(),
  ruleRevision: z.number().int().nullable(),
  runId: idSchema,
  actorName: z.string(),
  pushedAt: timeSchema.nullable(),
  lastPulledAt: timeSchema.nullable(),
  recycledAt: timeSchema.nullable(),
  purgeAfter: timeSchema.nullable(),
});
export type BinEntryDto = z.infer<typeof binEntrySchema>;

export const listBinEntries = defineOperation({
  id: "listBinEntries",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bin-entries",
  summary: "What is in the recycle bin of a space, latest first",
  permission: "bin.read",
  params: spaceParamsSchema,
  query: z
    .object({ ...pageQueryShape, search: z.string().max(200).optional(), repository: z.string().max(300).optional() })
    .strict(),
  response: pageSchema(binEntrySchema),
});

export const getBinEntry = defineOperation({
  id: "getBinEntry",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bin-entries/{entryId}",
  summary: "One entry of the recycle bin, with every manifest it holds",
  permission: "bin.read",
  params: spaceParamsSchema.extend({ entryId: idSchema }).strict(),
  response: binEntrySchema.extend({
    manifests: z.array(
      z.object({ digest: z.string(), role: z.enum(["top", "child", "referrer"]), mediaType: z.string() }),
    ),
  }),
});

const entryIdsSchema = z
  .array(idSchema)
  .min(1, "choose at least one entry")
  .max(1000, "choose at most 1,000 entries at once");

export const checkRestore = defineOperation({
  id: "checkRestore",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/restore-checks",
  summary: "What restoring these entries would meet: tags that name another image by now",
  permission: "bin.read",
  params: spaceParamsSchema,
  body: z.object({ entryIds: entryIdsSchema }).strict(),
  response: z.object({
    conflicts: z.array(
      z.object({
        entryId: idSchema,
        repositoryName: z.string(),
        tag: z.string(),
        recordedDigest: z.string(),
        currentDigest: z.string(),
      }),
    ),
  }),
});

export const startRestore = defineOperation({
  id: "startRestore",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/restore-runs",
  summary: "Put entries back with all their tags, children and referrers",
  permission: "bin.restore",
  params: spaceParamsSchema,
  body: z
    .object({
      entryIds: entryIdsSchema,
      /** for a tag that names another image by now: leave it there, or restore under `<tag>-restored-<date>` */
      onTagConflict: z.enum(["keep_current", "restore_as"]).default("keep_current"),
    })
    .strict(),
  response: runSchema,
  successStatus: 202,
});

export const startPurge = defineOperation({
  id: "startPurge",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/purge-runs",
  summary: "Remove entries from the recycle bin for good",
  permission: "bin.purge",
  params: spaceParamsSchema,
  body: z.object({ entryIds: entryIdsSchema, typedName: z.string().max(100) }).strict(),
  response: runSchema,
  successStatus: 202,
});
