import { z } from "zod";
import {
  bytesSchema,
  idSchema,
  pageQueryShape,
  pageSchema,
  runParamsSchema,
  spaceParamsSchema,
  timeSchema,
} from "./common";
import { defineOperation } from "./define";
import { runSchema } from "./history";

export const RUN_ITEM_ACTIONS = ["recycle", "untag", "keep", "restore", "purge"] as const;
export const RUN_ITEM_STATES = ["planned", "moving", "done", "skipped_stale", "failed", "left_out", "kept"] as const;

/** Of each person's previews of the same rules, this many keep their verdicts however old they are; the others keep them for some days. */
export const PREVIEWS_KEPT = 5;
export const PREVIEW_DAYS_MAX = 7;

/** One image of a run (or of its preview) with its verdict and how its move went. */
const runItemSchema = z.object({
  ordinal: z.number().int(),
  action: z.enum(RUN_ITEM_ACTIONS),
  state: z.enum(RUN_ITEM_STATES),
  repositoryName: z.string(),
  digest: z.string(),
  kind: z.string(),
  tags: z.array(z.string()),
  selectedTags: z.array(z.string()),
  /** plain words: why it goes, or why it is kept */
  reasonText: z.string(),
  reasonCode: z.string(),
  /** of the rule that decided, for or against it; null where a guard or a person did */
  ruleId: idSchema.nullable(),
  memberCount: z.number().int(),
  /** all of it, as a pull transfers it */
  logicalBytes: bytesSchema,
  /** its part of what the whole selection frees; shared data counts for the last that holds it */
  uniqueBytes: bytesSchema,
  /** what it would free alone; null where that was not measured */
  ownBytes: bytesSchema.nullable(),
  /** what something else holds too; null where that was not measured */
  sharedBytes: bytesSchema.nullable(),
  pushedAt: timeSchema.nullable(),
  lastPulledAt: timeSchema.nullable(),
  binEntryId: idSchema.nullable(),
  error: z.string().nullable(),
});
export type RunItemDto = z.infer<typeof runItemSchema>;

const daysSchema = z.coerce.number().int().min(0).max(36_500);
const sizeSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const runItemFilterShape = {
  /** `going` = everything but keep */
  action: z.enum([...RUN_ITEM_ACTIONS, "going"]).optional(),
  state: z.enum(RUN_ITEM_STATES).optional(),
  /** a rule that decided, alone or with others; `draft` for one that was being written */
  ruleId: idSchema.optional(),
  /** what decided, by its code, for instance `selected`, `pinned`, `child_of` */
  reason: z
    .string()
    .regex(/^[a-z_]{1,40}$/)
    .optional(),
  kind: z.string().max(40).optional(),
  /** the name of a repository, whole */
  repository: z.string().max(300).optional(),
  /** of the logical size */
  minBytes: sizeSchema.optional(),
  maxBytes: sizeSchema.optional(),
  /** pushed more than this many days before the run; what has no known push time is in neither */
  olderThanDays: daysSchema.optional(),
  youngerThanDays: daysSchema.optional(),
  /** a part of the name of the repository or of a tag, or the start of the digest */
  search: z.string().max(200).optional(),
};
const runItemFilterSchema = z.object(runItemFilterShape).strict();
export type RunItemFilterDto = z.infer<typeof runItemFilterSchema>;

/** `plan`: as the run takes them. Where a time is not known it sorts as the oldest. */
export const RUN_ITEM_SORTS = [
  "plan",
  "image",
  "verdict",
  "reason",
  "pushed",
  "pulled",
  "size",
  "own",
  "shared",
] as const;
export type RunItemSort = (typeof RUN_ITEM_SORTS)[number];
const runItemSortShape = {
  sort: z.enum(RUN_ITEM_SORTS).default("plan"),
  order: z.enum(["asc", "desc"]).default("asc"),
};

export const listRunItems = defineOperation({
  id: "listRunItems",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/runs/{runId}/items",
  summary: "The images of a run, each with verdict and reason",
  permission: "history.read",
  params: runParamsSchema,
  query: z.object({ ...pageQueryShape, ...runItemFilterShape, ...runItemSortShape }).strict(),
  response: pageSchema(runItemSchema),
});

const facetSchema = z.array(z.object({ value: z.string(), count: z.number().int() }));

export const summarizeRunItems = defineOperation({
  id: "summarizeRunItems",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/runs/{runId}/items/summary",
  summary: "Totals of the images of a run that a filter finds, and what all of them can be filtered by",
  permission: "history.read",
  params: runParamsSchema,
  query: runItemFilterSchema,
  response: z.object({
    /** of what the filter finds */
    totals: z.object({
      images: z.number().int(),
      /** tags that go, with images and from those that only lose some */
      tags: z.number().int(),
      logicalBytes: bytesSchema,
      /** what purge and collection of these, as part of the whole selection, free */
      uniqueBytes: bytesSchema,
    }),
    /** of the whole run, whatever the filter is; largest first */
    facets: z.object({
      actions: facetSchema,
      states: facetSchema,
      reasons: facetSchema,
      rules: facetSchema,
      kinds: facetSchema,
      /** at most 200 */
      repositories: facetSchema,
    }),
  }),
});
export type RunItemSummaryDto = z.infer<typeof summarizeRunItems.response>;

export const downloadRunItems = defineOperation({
  id: "downloadRunItems",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/runs/{runId}/items/csv",
  summary: "All images of a run that a filter finds, as comma-separated values",
  permission: "history.read",
  params: runParamsSchema,
  query: z.object({ ...runItemFilterShape, ...runItemSortShape }).strict(),
  response: z.string(),
  output: "file",
});

/** What became of an image between two plans. `other_tags`: it loses tags in both, but not the same. */
export const RUN_CHANGES = ["now_goes", "now_kept", "other_tags", "new", "gone"] as const;
export type RunChange = (typeof RUN_CHANGES)[number];

const changeSideSchema = z.object({
  action: z.enum(RUN_ITEM_ACTIONS),
  state: z.enum(RUN_ITEM_STATES),
  selectedTags: z.array(z.string()),
  reasonText: z.string(),
  reasonCode: z.string(),
  ruleId: idSchema.nullable(),
});

const runItemChangeSchema = z.object({
  change: z.enum(RUN_CHANGES),
  repositoryName: z.string(),
  digest: z.string(),
  kind: z.string(),
  tags: z.array(z.string()),
  logicalBytes: bytesSchema,
  /** null for one that is new */
  before: changeSideSchema.nullable(),
  /** null for one that is gone */
  after: changeSideSchema.nullable(),
});
export type RunItemChangeDto = z.infer<typeof runItemChangeSchema>;

export const compareRuns = defineOperation({
  id: "compareRuns",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/runs/{runId}/comparison",
  summary: "What differs between a plan and an earlier one: images that are new or gone, and other verdicts",
  permission: "history.read",
  params: runParamsSchema,
  query: z
    .object({
      ...pageQueryShape,
      /** the earlier run; default: the last preview of the same rules before this one */
      against: idSchema.optional(),
      change: z.enum(RUN_CHANGES).optional(),
    })
    .strict(),
  response: pageSchema(runItemChangeSchema).extend({
    /** null: there is no earlier preview of these rules whose verdicts are still kept */
    against: runSchema.nullable(),
    totals: z.object({
      new: z.number().int(),
      gone: z.number().int(),
      now_goes: z.number().int(),
      now_kept: z.number().int(),
      other_tags: z.number().int(),
      same: z.number().int(),
    }),
  }),
});
export type RunComparisonDto = z.infer<typeof compareRuns.response>;

const foundRunItemSchema = z.object({
  at: timeSchema,
  item: runItemSchema,
  ruleName: z.string().nullable(),
  run: runSchema.pick({ id: true, kind: true, trigger: true, requestedByName: true, options: true, isDryRun: true }),
});
export type FoundRunItemDto = z.infer<typeof foundRunItemSchema>;

export const searchRunItems = defineOperation({
  id: "searchRunItems",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/run-items",
  summary: "Everything that runs ever took, restored or purged in a space, newest first: who took `web:1.2`, and why",
  permission: "history.read",
  params: spaceParamsSchema,
  query: z
    .object({
      ...pageQueryShape,
      /** `repository`, `repository:tag`, `:tag` (parts of them), or the start of a digest */
      search: z.string().max(200).optional(),
    })
    .strict(),
  response: pageSchema(foundRunItemSchema).extend({
    /** counting stopped at `total`: there are more */
    isTotalCapped: z.boolean(),
  }),
});
