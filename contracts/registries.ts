import { z } from "zod";
import { s3LocationSchema } from "@/domain/registries/s3-location";
import { hasOnlyVisibleText, idSchema, timeSchema, VISIBLE_TEXT_PROBLEM, workspaceParamsSchema } from "./common";
import { defineOperation } from "./define";

/** What a registry can do; when it cannot, `reason` says why, in words for the screen. */
export const capabilitySchema = z.object({ isAvailable: z.boolean(), reason: z.string().nullable() });

const REGISTRY_CHECKS = [
  "address",
  "answer",
  "version",
  "credentials",
  "catalogue",
  "deletion",
  "tagDeletion",
  "tokens",
  "storage",
] as const;

/** One thing that a test of a registry looked at. */
const findingSchema = z.object({
  check: z.enum(REGISTRY_CHECKS),
  /** bad: it cannot be attached so; warning: something will not work; unknown: it could not be told */
  state: z.enum(["good", "warning", "bad", "unknown"]),
  text: z.string(),
  /** what to do about it; null where nothing has to be done */
  advice: z.string().nullable(),
});
export type RegistryFindingDto = z.infer<typeof findingSchema>;

export const registryReportSchema = z.object({
  /** no finding is bad */
  isAttachable: z.boolean(),
  /** as far as it can be told from outside */
  version: z.enum(["2.8", "3.x"]).nullable(),
  latencyMs: z.number().int().nonnegative().nullable(),
  findings: z.array(findingSchema),
});
export type RegistryReportDto = z.infer<typeof registryReportSchema>;

const registrySchema = z.object({
  id: idSchema,
  name: z.string(),
  kind: z.enum(["distribution", "harbor"]),
  url: z.string(),
  auth: z.enum(["console", "basic", "none"]),
  /** platform: every workspace may use it; workspace: this one alone */
  owner: z.enum(["platform", "workspace"]),
  /** the one that the console itself was started with: its settings come from there */
  isInstalled: z.boolean(),
  /** whether who asks may edit and detach it; what only they may know is null for others */
  canEdit: z.boolean(),
  username: z.string().nullable(),
  hasPassword: z.boolean(),
  /** shown to platform admins: a folder of the console's server */
  storageRoot: z.string().nullable(),
  /** shown to platform admins: the bucket that holds its blobs, where that is no folder; its secret is never shown */
  storageS3: s3LocationSchema.nullable(),
  /** spaces of this workspace on it */
  spaceCount: z.number().int(),
  /** spaces of all workspaces on it, for platform admins; null for others */
  totalSpaceCount: z.number().int().nullable(),
  capabilities: z.object({
    /** recycle, restore and purge */
    recycle: capabilitySchema,
    garbageCollection: capabilitySchema,
    /** sees untagged manifests (needs the storage) */
    untaggedManifests: capabilitySchema,
  }),
  health: z.object({
    /** unknown: not asked yet */
    state: z.enum(["unknown", "healthy", "unhealthy"]),
    reason: z.string().nullable(),
    checkedAt: timeSchema.nullable(),
    latencyMs: z.number().int().nullable(),
  }),
  /** what its latest test found; null = it was never tested */
  report: registryReportSchema.nullable(),
  /** A collection holds the registry read-only: pushes are refused, pulls are served. */
  readOnly: z
    .object({
      since: timeSchema,
      /** null when another workspace runs it */
      runId: idSchema.nullable(),
      spaceId: idSchema.nullable(),
      phase: z.string(),
    })
    .nullable(),
  lastCrawledAt: timeSchema.nullable(),
});
export type RegistryDto = z.infer<typeof registrySchema>;

export const listRegistries = defineOperation({
  id: "listRegistries",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/registries",
  summary: "Registries that this workspace may use, how they are, and whether one is read-only now",
  permission: "workspace.read",
  params: workspaceParamsSchema,
  response: z.object({ items: z.array(registrySchema) }),
});

const registryParamsSchema = z.object({ workspaceId: idSchema, registryId: idSchema }).strict();

const nameSchema = z
  .string()
  .trim()
  .min(2, "give the registry a name of at least 2 characters")
  .max(60)
  .refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM);
const urlSchema = z
  .string()
  .trim()
  .min(1, "write the registry's address, for instance https://registry.example.com")
  .max(300);
const usernameSchema = z.string().trim().max(200).refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM);
const passwordSchema = z.string().max(10_000);
const storageRootSchema = z.string().trim().max(1000);
const storageS3Schema = s3LocationSchema.extend({
  /** left out: the one that it has is kept, as long as endpoint and access key stay */
  secretAccessKey: z.string().max(1000).optional(),
});

const connectionShape = {
  kind: z.enum(["distribution", "harbor"]).default("distribution"),
  /** `http(s)://host[:port]` */
  url: urlSchema,
  auth: z.enum(["none", "basic"]),
  username: usernameSchema.optional(),
  password: passwordSchema.optional(),
  /** the folder that holds `docker/registry/v2`, on the console's server; platform admins only */
  storageRoot: storageRootSchema.optional(),
  /** the bucket that holds its blobs, instead of a folder; platform admins only */
  storageS3: storageS3Schema.optional(),
};

export const testRegistryBodySchema = z
  .object({
    ...connectionShape,
    /** a registry of the platform is looked at: it may have a private address. Platform admins only. */
    isPlatformWide: z.boolean().default(false),
    /** the registry that is being edited: where no password is given, its own is used */
    registryId: idSchema.optional(),
  })
  .strict();

export const testRegistry = defineOperation({
  id: "testRegistry",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/registries/test",
  summary: "Look at a registry without attaching it: what it is, whether it takes the credentials, what it can do",
  permission: "registries.write",
  params: workspaceParamsSchema,
  body: testRegistryBodySchema,
  response: registryReportSchema,
});

export const attachRegistryBodySchema = z
  .object({
    name: nameSchema,
    ...connectionShape,
    /** for every workspace (platform admins only), or for this one alone */
    isPlatformWide: z.boolean(),
  })
  .strict();

export const attachRegistry = defineOperation({
  id: "attachRegistry",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/registries",
  summary: "Attach a registry, for every workspace or for this one alone; it is tested first",
  permission: "registries.write",
  params: workspaceParamsSchema,
  body: attachRegistryBodySchema,
  response: registrySchema,
  successStatus: 201,
});

export const getRegistry = defineOperation({
  id: "getRegistry",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}",
  summary: "A registry that this workspace may use: its settings, how it is, what it can do",
  permission: "workspace.read",
  params: registryParamsSchema,
  response: registrySchema,
});

export const updateRegistryBodySchema = z
  .object({
    name: nameSchema.optional(),
    url: urlSchema.optional(),
    auth: z.enum(["none", "basic"]).optional(),
    username: usernameSchema.optional(),
    /** left out: the one it has is kept, as long as the address stays */
    password: passwordSchema.optional(),
    /** null or empty: the console does not reach its storage */
    storageRoot: storageRootSchema.nullable().optional(),
    /** null: the console does not reach its bucket. Naming a folder leaves the bucket, and the other way round. */
    storageS3: storageS3Schema.nullable().optional(),
  })
  .strict();

export const updateRegistry = defineOperation({
  id: "updateRegistry",
  method: "PATCH",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}",
  summary: "Change a registry's name, address, credentials or storage; the connection is tested first where it changes",
  permission: "registries.write",
  params: registryParamsSchema,
  body: updateRegistryBodySchema,
  response: registrySchema,
});

export const detachRegistry = defineOperation({
  id: "detachRegistry",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}",
  summary: "Detach a registry that holds no registry spaces; its images stay where they are",
  permission: "registries.write",
  params: registryParamsSchema,
  response: z.object({ id: idSchema }),
});

export const checkRegistry = defineOperation({
  id: "checkRegistry",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/registries/{registryId}/check",
  summary: "Ask a registry now whether it is well",
  permission: "registries.write",
  params: registryParamsSchema,
  response: registrySchema,
});
