import { z } from "zod";
import { ROLES } from "@/domain/access/permissions";
import { idSchema } from "./common";
import { defineOperation } from "./define";

export const getMe = defineOperation({
  id: "getMe",
  tokens: "filtered",
  method: "GET",
  path: "/api/v1/me",
  summary: "Who is signed in, or acts through a token, and their workspaces",
  response: z.object({
    /** of a workspace's own token: its id and name, and no e-mail address */
    user: z.object({ id: idSchema, email: z.string(), name: z.string(), isPlatformAdmin: z.boolean() }),
    workspaces: z.array(z.object({ id: idSchema, slug: z.string(), name: z.string(), role: z.enum(ROLES) })),
    /** the API token that asks; null = a person who is signed in */
    token: z
      .object({
        id: idSchema,
        name: z.string(),
        role: z.enum(ROLES),
        workspaceId: idSchema.nullable(),
        spaceIds: z.array(idSchema).nullable(),
      })
      .nullable(),
  }),
});
