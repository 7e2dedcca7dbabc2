import { z } from "zod";
import { ROLES } from "@/domain/access/permissions";
import { idSchema } from "./common";
import { defineOperation } from "./define";

export const getMe = defineOperation({
  id: "getMe",
  method: "GET",
  path: "/api/v1/me",
  summary: "Who is signed in, and their workspaces",
  response: z.object({
    user: z.object({ id: idSchema, email: z.string(), name: z.string(), isPlatformAdmin: z.boolean() }),
    workspaces: z.array(z.object({ id: idSchema, slug: z.string(), name: z.string(), role: z.enum(ROLES) })),
  }),
});
