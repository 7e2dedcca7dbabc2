import { z } from "zod";
import { idSchema, timeSchema, workspaceParamsSchema } from "./common";
import { defineOperation } from "./define";

/** What a registry can do; when it cannot, `reason` says why, in words for the screen. */
export const capabilitySchema = z.object({ isAvailable: z.boolean(), reason: z.string().nullable() });

const registrySchema = z.object({
  id: idSchema,
  name: z.string(),
  kind: z.enum(["distribution", "harbor"]),
  url: z.string(),
  auth: z.enum(["console", "basic", "none"]),
  capabilities: z.object({
    /** recycle, restore and purge */
    recycle: capabilitySchema,
    garbageCollection: capabilitySchema,
    /** sees untagged manifests (needs the storage) */
    untaggedManifests: capabilitySchema,
  }),
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
  summary: "Registries that this workspace may use, and whether one is read-only now",
  permission: "workspace.read",
  params: workspaceParamsSchema,
  response: z.object({ items: z.array(registrySchema) }),
});
