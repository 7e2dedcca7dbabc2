import { z } from "zod";
import { PERMISSIONS, ROLES } from "@/domain/access/permissions";
import { bytesSchema, idSchema, workspaceParamsSchema } from "./common";
import { defineOperation } from "./define";

export const getWorkspace = defineOperation({
  id: "getWorkspace",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}",
  summary: "A workspace in numbers",
  permission: "workspace.read",
  params: workspaceParamsSchema,
  response: z.object({
    id: idSchema,
    slug: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    permissions: z.array(z.enum(Object.keys(PERMISSIONS) as [keyof typeof PERMISSIONS])),
    spaceCount: z.number().int(),
    imageCount: z.number().int(),
    tagCount: z.number().int(),
    /** stored bytes of all images, each blob counted once a registry */
    storedBytes: bytesSchema,
    /** storedBytes of a space is older than its images, or was added up */
    isStoredAbout: z.boolean(),
    binEntryCount: z.number().int(),
    binBytes: bytesSchema,
    /** bytes freed by garbage collections that this workspace ran, ever */
    freedBytes: bytesSchema,
  }),
});
