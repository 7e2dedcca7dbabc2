import { z } from "zod";
import { idSchema, spaceParamsSchema, timeSchema } from "./common";
import { defineOperation } from "./define";

const slugSchema = z.string().trim().min(1).max(100);

const bindingSchema = z.object({
  slug: z.string(),
  name: z.string(),
  since: timeSchema,
  createdByName: z.string(),
});
export type BindingDto = z.infer<typeof bindingSchema>;

export const listBindings = defineOperation({
  id: "listBindings",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bindings",
  summary: "Workspaces that may read a space of this one, and those that could be added",
  permission: "spaces.read",
  params: spaceParamsSchema,
  response: z.object({
    items: z.array(bindingSchema),
    /** workspaces that who asks may bind it to: those that they are a member of, for a platform admin all */
    bindable: z.array(z.object({ slug: z.string(), name: z.string() })),
  }),
});

export const bindSpace = defineOperation({
  id: "bindSpace",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bindings",
  summary: "Let other workspaces browse and pull the images of a space",
  permission: "spaces.write",
  params: spaceParamsSchema,
  body: z.object({ workspaceSlugs: z.array(slugSchema).min(1, "choose a workspace").max(200) }).strict(),
  response: z.object({ items: z.array(bindingSchema) }),
  successStatus: 201,
});

export const unbindSpace = defineOperation({
  id: "unbindSpace",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/spaces/{spaceId}/bindings/{readerSlug}",
  summary: "Take a space away from another workspace; its members cannot pull from it any more",
  permission: "spaces.write",
  params: z.object({ workspaceId: idSchema, spaceId: idSchema, readerSlug: slugSchema }).strict(),
  response: z.object({ items: z.array(bindingSchema) }),
});
