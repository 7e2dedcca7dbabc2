import { z } from "zod";
import {
  hasOnlyVisibleText,
  idSchema,
  pageQueryShape,
  pageSchema,
  timeSchema,
  VISIBLE_TEXT_PROBLEM,
  workspaceParamsSchema,
} from "./common";
import { defineOperation } from "./define";
import { emailSchema, personNameSchema } from "./people";

const userParamsSchema = z.object({ userId: idSchema }).strict();

const userSchema = z.object({
  id: idSchema,
  email: z.string(),
  name: z.string(),
  isPlatformAdmin: z.boolean(),
  isDisabled: z.boolean(),
  /** false: by single sign-on only, or never set one yet */
  hasPassword: z.boolean(),
  workspaceCount: z.number().int().nonnegative(),
  createdAt: timeSchema,
  lastSeenAt: timeSchema.nullable(),
});
export type UserDto = z.infer<typeof userSchema>;

/** A link to choose a password with; good once, and shown this once. */
const passwordLinkSchema = z.object({ link: z.string(), expiresAt: timeSchema });

export const listUsers = defineOperation({
  id: "listUsers",
  method: "GET",
  path: "/api/v1/platform/users",
  summary: "Everybody who has an account, by e-mail address (platform admins)",
  query: z.object({ ...pageQueryShape, q: z.string().trim().max(100).optional() }).strict(),
  response: pageSchema(userSchema),
});

export const createUser = defineOperation({
  id: "createUser",
  method: "POST",
  path: "/api/v1/platform/users",
  summary: "Make an account; its owner chooses the password by the link (platform admins)",
  body: z.object({ email: emailSchema, name: personNameSchema, isPlatformAdmin: z.boolean().default(false) }).strict(),
  response: z.object({ user: userSchema, passwordLink: passwordLinkSchema }),
  successStatus: 201,
});

export const updateUser = defineOperation({
  id: "updateUser",
  method: "PATCH",
  path: "/api/v1/platform/users/{userId}",
  summary:
    "Rename, disable, enable, or make a platform admin; the last platform admin stays one (409; platform admins)",
  params: userParamsSchema,
  body: z
    .object({
      name: personNameSchema.optional(),
      isDisabled: z.boolean().optional(),
      isPlatformAdmin: z.boolean().optional(),
    })
    .strict(),
  response: userSchema,
});

export const createPasswordLink = defineOperation({
  id: "createPasswordLink",
  method: "POST",
  path: "/api/v1/platform/users/{userId}/password-links",
  summary: "A one-time link for choosing a new password; an earlier one ends (platform admins)",
  params: userParamsSchema,
  response: passwordLinkSchema,
  successStatus: 201,
});

const platformWorkspaceSchema = z.object({
  id: idSchema,
  slug: z.string(),
  name: z.string(),
  createdAt: timeSchema,
  memberCount: z.number().int().nonnegative(),
  /** Whoever may sign in and is an admin there. */
  admins: z.array(z.object({ userId: idSchema, name: z.string(), email: z.string() })),
  spaceCount: z.number().int().nonnegative(),
  /** Its own, not the platform's. */
  registryCount: z.number().int().nonnegative(),
});
export type PlatformWorkspaceDto = z.infer<typeof platformWorkspaceSchema>;

const workspaceNameSchema = z
  .string()
  .trim()
  .min(1, "give a name")
  .max(60, "use at most 60 characters")
  .refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM);

/** What stands in addresses: it never changes. */
const workspaceSlugSchema = z
  .string()
  .min(2, "use 2 characters or more")
  .max(40, "use at most 40 characters")
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "use lower case letters, digits and single dashes between them");

/** How its first admin comes in: at once where they have an account, else by an invitation. */
const appointedSchema = z.object({
  email: z.string(),
  /** Only for somebody without an account; shown this once. */
  invitationLink: z.string().nullable(),
});

export const listWorkspaces = defineOperation({
  id: "listWorkspaces",
  method: "GET",
  path: "/api/v1/platform/workspaces",
  summary: "Every workspace, with what it owns but not what is in it (platform admins)",
  response: z.object({ items: z.array(platformWorkspaceSchema) }),
});

export const createWorkspace = defineOperation({
  id: "createWorkspace",
  method: "POST",
  path: "/api/v1/platform/workspaces",
  summary: "Make a workspace with its first admin (platform admins)",
  body: z.object({ name: workspaceNameSchema, slug: workspaceSlugSchema, adminEmail: emailSchema }).strict(),
  response: z.object({ workspace: platformWorkspaceSchema, admin: appointedSchema }),
  successStatus: 201,
});

export const renameWorkspace = defineOperation({
  id: "renameWorkspace",
  method: "PATCH",
  path: "/api/v1/platform/workspaces/{workspaceId}",
  summary: "Rename a workspace; its address stays (platform admins)",
  params: workspaceParamsSchema,
  body: z.object({ name: workspaceNameSchema }).strict(),
  response: platformWorkspaceSchema,
});

export const appointAdmin = defineOperation({
  id: "appointAdmin",
  method: "POST",
  path: "/api/v1/platform/workspaces/{workspaceId}/admins",
  summary: "Give a workspace that lost its admins another one (409 while it has any; platform admins)",
  params: workspaceParamsSchema,
  body: z.object({ email: emailSchema }).strict(),
  response: z.object({ workspace: platformWorkspaceSchema, admin: appointedSchema }),
});

export const deleteWorkspace = defineOperation({
  id: "deleteWorkspace",
  method: "DELETE",
  path: "/api/v1/platform/workspaces/{workspaceId}",
  summary: "Delete a workspace that owns no registry space and no registry any more (409 until then; platform admins)",
  params: workspaceParamsSchema,
  query: z.object({ typedName: z.string().max(200) }).strict(),
  response: z.object({}),
});
