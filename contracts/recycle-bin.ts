import { z } from "zod";
import {
  bytesSchema,
  idSchema,
  pageQueryShape,
  pageSchema,
  spaceParamsSchema,
  timeSchema,
  workspaceParamsSchema,
} from "./common";
import { defineOperation } from "./define";
import { runSchema } from "./history";
import { IMAGE_KINDS } from "./images";

const BIN_ENTRY_STATES = ["recycling", "held", "restoring", "restored", "purging", "purged"] as const;

/** Entries whose time is up within this many days are announced. */
export const PURGE_ANNOUNCED_DAYS = 3;
/** So many entries one restore or purge takes at most; the rest of a filter is left for the next. */
export const BIN_RUN_ENTRIES_MAX = 50_000;

const missingPartSchema = z.object({ digest: z.string(), kind: z.enum(["manifest", "blob"]), reason: z.string() });

const binEntrySchema = z.object({
  id: idSchema,
  spaceId: idSchema,
  spaceName: z.string(),
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
  ruleName: z.string().nullable(),
  ruleRevision: z.number().int().nullable(),
  runId: idSchema,
  actorName: z.string(),
  pushedAt: timeSchema.nullable(),
  lastPulledAt: timeSchema.nullable(),
  recycledAt: timeSchema.nullable(),
  purgeAfter: timeSchema.nullable(),
  /** what went wrong with it last, until it works or somebody gives it up */
  problem: z
    .object({ action: z.enum(["recycle", "restore", "purge"]), text: z.string(), runId: idSchema, at: timeSchema })
    .nullable(),
  /** parts that the registry does not have any more: it cannot be restored whole. Empty = none that is known of */
  missing: z.array(missingPartSchema),
  /** when it was last read back from the registry */
  verifiedAt: timeSchema.nullable(),
});
export type BinEntryDto = z.infer<typeof binEntrySchema>;

const daysSchema = z.coerce.number().int().min(0).max(36_500);
const sizeSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** moving = being restored or purged now; stuck = the last move of it failed; damaged = parts are missing; due = purged within 3 days */
export const BIN_ENTRY_FILTER_STATES = ["any", "held", "moving", "stuck", "damaged", "due"] as const;
export const BIN_SORTS = ["recycled", "due", "size", "name"] as const;

/** What can be asked of the bin; every part narrows. */
const binFilterShape = {
  /** part of a repository's or tag's name, or the start of a digest */
  search: z.string().max(200).optional(),
  repository: z.string().max(300).optional(),
  ruleId: idSchema.optional(),
  runId: idSchema.optional(),
  /** who moved it there, by their whole name */
  actor: z.string().max(200).optional(),
  kind: z.enum(IMAGE_KINDS).optional(),
  state: z.enum(BIN_ENTRY_FILTER_STATES).default("any"),
  /** in the bin for more than so many days, and at most so many */
  olderThanDays: daysSchema.optional(),
  youngerThanDays: daysSchema.optional(),
  /** purged within so many days */
  daysLeft: daysSchema.optional(),
  minBytes: sizeSchema.optional(),
  maxBytes: sizeSchema.optional(),
};
const binFilterSchema = z.object(binFilterShape).strict();
export type BinFilterDto = z.infer<typeof binFilterSchema>;

const listQueryShape = {
  ...pageQueryShape,
  ...binFilterShape,
  sort: z.enum(BIN_SORTS).default("recycled"),
  /** default: latest, soonest due, largest first; names from a to z */
  order: z.enum(["asc", "desc"]).optional(),
};
const binPageSchema = pageSchema(binEntrySchema).extend({
  /** counting stopped at `total`: there are more */
  isTotalCapped: z.boolean(),
});

export const listBinEntries = defineOperation({
  id: "listBinEntries",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bin-entries",
  summary: "What is in the recycle bin of a space, latest first",
  permission: "bin.read",
  params: spaceParamsSchema,
  query: z.object(listQueryShape).strict(),
  response: binPageSchema,
});

export const listWorkspaceBinEntries = defineOperation({
  id: "listWorkspaceBinEntries",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/bin-entries",
  summary: "What is in the recycle bins of all spaces of a workspace, latest first",
  permission: "bin.read",
  params: workspaceParamsSchema,
  query: z.object({ ...listQueryShape, spaceId: idSchema.optional() }).strict(),
  response: binPageSchema,
});

export const summarizeBin = defineOperation({
  id: "summarizeBin",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/bin-summary",
  summary:
    "What a filter finds in the recycle bins as one: how much, what purging it frees, what is purged soon and what needs attention",
  permission: "bin.read",
  params: workspaceParamsSchema,
  query: z.object({ ...binFilterShape, spaceId: idSchema.optional() }).strict(),
  response: z.object({
    entryCount: z.number().int(),
    tagCount: z.number().int(),
    manifestCount: z.number().int(),
    logicalBytes: bytesSchema,
    /** what purging all of it would leave unreferenced; null where there are too many entries to say it in time */
    freedBytes: bytesSchema.nullable(),
    /** of the filter: those whose time is up within 3 days; `firstAt` is when the first of them goes */
    dueSoon: z.object({ entryCount: z.number().int(), logicalBytes: bytesSchema, firstAt: timeSchema.nullable() }),
    stuckCount: z.number().int(),
    damagedCount: z.number().int(),
    /** of the filter: entries that wait to be read back, and when one was last */
    checks: z.object({ pending: z.number().int(), lastAt: timeSchema.nullable() }),
  }),
});
export type BinSummaryDto = z.infer<typeof summarizeBin.response>;

const facetSchema = z.array(z.object({ value: z.string(), label: z.string(), entryCount: z.number().int() }));

export const listBinFacets = defineOperation({
  id: "listBinFacets",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/bin-facets",
  summary:
    "Which spaces, rules, people, repositories and kinds the recycle bins know, most entries first, at most 100 each",
  permission: "bin.read",
  params: workspaceParamsSchema,
  query: z.object({ spaceId: idSchema.optional() }).strict(),
  response: z.object({
    spaces: facetSchema,
    rules: facetSchema,
    actors: facetSchema,
    repositories: facetSchema,
    kinds: facetSchema,
  }),
});

export const getBinEntry = defineOperation({
  id: "getBinEntry",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bin-entries/{entryId}",
  summary: "One entry of the recycle bin, with every manifest it holds",
  permission: "bin.read",
  params: spaceParamsSchema.extend({ entryId: idSchema }).strict(),
  response: binEntrySchema.extend({
    /** when it was restored or purged */
    endedAt: timeSchema.nullable(),
    manifests: z.array(
      z.object({
        digest: z.string(),
        role: z.enum(["top", "child", "referrer"]),
        mediaType: z.string(),
        sizeBytes: bytesSchema,
        /** its tags: those of the image, or the fallback tag of a signature */
        tags: z.array(z.string()),
        pushedAt: timeSchema.nullable(),
        /** false: another image of the repository shares it, so that it stayed there too */
        isRemovedAtSource: z.boolean(),
      }),
    ),
  }),
});

const entryIdsSchema = z
  .array(idSchema)
  .min(1, "choose at least one entry")
  .max(10_000, "choose at most 10,000 entries by name");

/** Entries by id, or all that a filter finds in this space now but for some. */
const selectionShape = {
  entryIds: entryIdsSchema.optional(),
  filter: binFilterSchema.optional(),
  exceptIds: z.array(idSchema).max(10_000).optional(),
};
const hasOneSelection = (body: { entryIds?: unknown; filter?: unknown; exceptIds?: unknown }) =>
  (body.entryIds === undefined) !== (body.filter === undefined) &&
  (body.exceptIds === undefined || body.filter !== undefined);
const SELECTION_PROBLEM = "name entries, or give a filter (with exceptions)";

/** For a tag that names another image by now: leave it there; take it back; or restore under `<tag>-restored-<date>`. */
export const TAG_CHOICES = ["keep_current", "take_back", "restore_as"] as const;
const targetRepositorySchema = z.string().trim().min(1).max(255);

export const checkRestore = defineOperation({
  id: "checkRestore",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/restore-checks",
  summary:
    "What restoring these entries would meet: tags that name another image by now, and what else is to be known before",
  permission: "bin.read",
  params: spaceParamsSchema,
  body: z
    .object({ ...selectionShape, targetRepository: targetRepositorySchema.optional() })
    .strict()
    .refine(hasOneSelection, SELECTION_PROBLEM),
  response: z.object({
    entryCount: z.number().int(),
    tagCount: z.number().int(),
    conflicts: z.array(
      z.object({
        entryId: idSchema,
        /** where the tag would be set */
        repositoryName: z.string(),
        tag: z.string(),
        /** another image has the tag; another image of this restore wants it too; the image that has it is pinned */
        kind: z.enum(["tag_moved", "tag_wanted_twice", "tag_pinned"]),
        recordedDigest: z.string(),
        currentDigest: z.string(),
        /** taking the tag back moves that image to the bin, because it has no other */
        isLastTag: z.boolean(),
        /** how it would be called under another name; null for a signature's tag, which has to be called what it is */
        restoreAs: z.string().nullable(),
        choices: z.array(z.enum(TAG_CHOICES)),
      }),
    ),
    /** there are more conflicts than these; the choice for the rest holds for them */
    isConflictsCapped: z.boolean(),
    /** too many tags to ask the registry for each: answered from what was last read of it */
    isFromInventory: z.boolean(),
    /** repositories that are gone, or new, and are made by the restore */
    newRepositories: z.array(z.object({ repositoryName: z.string(), entryCount: z.number().int() })),
    /** entries whose image is in the repository already: nothing is copied, missing tags are set */
    alreadyThereIds: z.array(idSchema),
    /** entries with parts missing: these cannot be restored whole, and stay in the bin */
    damagedIds: z.array(idSchema),
    /** tags of the workspace, its quota, and how many the restore adds */
    tagQuota: z.object({
      count: z.number().int(),
      quota: z.number().int(),
      added: z.number().int(),
      isExceeded: z.boolean(),
    }),
    /** rules that took these images and will leave them alone after the restore, until they are changed */
    exemptedRules: z.array(z.object({ ruleId: idSchema, ruleName: z.string(), revision: z.number().int() })),
  }),
});
export type RestoreCheckDto = z.infer<typeof checkRestore.response>;

export const startRestore = defineOperation({
  id: "startRestore",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/restore-runs",
  summary: "Put entries back with all their tags, children and referrers",
  permission: "bin.restore",
  params: spaceParamsSchema,
  body: z
    .object({
      ...selectionShape,
      /** a repository of the space, there already or new; omitted = each where it was */
      targetRepository: targetRepositorySchema.optional(),
      /** for every conflict that is not decided by name; takes no tag back that was pushed after the restore was asked for */
      onTagConflict: z.enum(TAG_CHOICES).default("keep_current"),
      decisions: z
        .array(
          z
            .object({
              entryId: idSchema,
              tag: z.string().min(1).max(200),
              choice: z.enum(TAG_CHOICES),
              /** the image that the check showed: a tag is taken back from that one only */
              currentDigest: z.string().min(1).max(200).optional(),
            })
            .strict(),
        )
        .max(5_000, "decide at most 5,000 tags by name")
        .optional(),
    })
    .strict()
    .refine(hasOneSelection, SELECTION_PROBLEM),
  response: runSchema,
  successStatus: 202,
  bodyBytesMax: 2 * 1024 * 1024,
});

export const startPurge = defineOperation({
  id: "startPurge",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/purge-runs",
  summary: "Remove entries from the recycle bin for good",
  permission: "bin.purge",
  params: spaceParamsSchema,
  body: z
    .object({ ...selectionShape, typedName: z.string().max(100) })
    .strict()
    .refine(hasOneSelection, SELECTION_PROBLEM),
  response: runSchema,
  successStatus: 202,
  bodyBytesMax: 1024 * 1024,
});

export const previewRetention = defineOperation({
  id: "previewRetention",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bin-retention",
  summary: "What another retention would do to what is in the recycle bin already",
  permission: "bin.read",
  params: spaceParamsSchema,
  query: z.object({ days: z.coerce.number().int().min(1).max(365) }).strict(),
  response: z.object({
    currentDays: z.number().int(),
    entryCount: z.number().int(),
    /** purged as soon as it is saved */
    dueAtOnce: z.object({ entryCount: z.number().int(), logicalBytes: bytesSchema }),
    /** when the first of the others would go */
    nextAt: timeSchema.nullable(),
  }),
});

export const checkBin = defineOperation({
  id: "checkBin",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bin-checks",
  summary:
    "Have every entry of the recycle bin read back from the registry soon: what is damaged is marked, with what is missing",
  permission: "bin.restore",
  params: spaceParamsSchema,
  response: z.object({ pending: z.number().int() }),
  successStatus: 202,
});

const entryParamsSchema = spaceParamsSchema.extend({ entryId: idSchema }).strict();

export const retryBinEntry = defineOperation({
  id: "retryBinEntry",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bin-entries/{entryId}/retry",
  summary: "Try again what failed with an entry: its restore, its purge, or to take a half-made copy away",
  permission: "bin.restore",
  params: entryParamsSchema,
  response: runSchema,
  successStatus: 202,
});

export const giveUpBinEntry = defineOperation({
  id: "giveUpBinEntry",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bin-entries/{entryId}/give-up",
  summary:
    "Put a failure away: what is whole stays in the bin as before; a half-made copy is forgotten, and stays in the registry unseen",
  permission: "bin.purge",
  params: entryParamsSchema,
  response: z.object({ id: idSchema }),
});
