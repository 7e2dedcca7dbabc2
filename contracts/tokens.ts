import { z } from "zod";
import { ROLES } from "@/domain/access/permissions";
import { hasOnlyVisibleText, idSchema, timeSchema, VISIBLE_TEXT_PROBLEM, workspaceParamsSchema } from "./common";
import { defineOperation } from "./define";

const TOKEN_NAME_MAX = 80;
const TOKEN_DAYS_MAX = 3_650;
const TOKEN_SPACES_MAX = 100;

/** What a token may do and who made it; the secret itself is in no answer but that of its creation. */
const tokenSchema = z.object({
  id: idSchema,
  /** `personal` acts for whoever made it, `workspace` (a robot) for its workspace */
  kind: z.enum(["personal", "workspace"]),
  name: z.string(),
  /** how it begins and how it ends: `rcl_pat_…9aZk` */
  hint: z.string(),
  /** the most that it may do; a personal one never does more than its owner may when it is used */
  role: z.enum(ROLES),
  /** null = each workspace of its owner */
  workspace: z.object({ id: idSchema, slug: z.string(), name: z.string() }).nullable(),
  /** null = all spaces; removed ones are left out, and an empty list opens none */
  spaces: z.array(z.object({ id: idSchema, name: z.string() })).nullable(),
  createdAt: timeSchema,
  createdByName: z.string(),
  /** null = it does not expire */
  expiresAt: timeSchema.nullable(),
  isExpired: z.boolean(),
  /** to the minute; null = never used */
  lastUsedAt: timeSchema.nullable(),
  /** live tokens that were made through this one: they end with it */
  madeCount: z.number().int().nonnegative(),
});
export type ApiTokenDto = z.infer<typeof tokenSchema>;

const newTokenShape = {
  name: z
    .string()
    .trim()
    .min(1, "give it a name, for instance that of the machine that uses it")
    .max(TOKEN_NAME_MAX, `use at most ${TOKEN_NAME_MAX} characters`)
    .refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM),
  role: z.enum(ROLES),
  /** null = all of them */
  spaceIds: z.array(idSchema).min(1, "choose at least one space").max(TOKEN_SPACES_MAX).nullable().default(null),
  /** null = it does not expire */
  expiresInDays: z.number().int().min(1).max(TOKEN_DAYS_MAX).nullable().default(90),
};

const createMyTokenBodySchema = z
  .object({ ...newTokenShape, workspaceId: idSchema.nullable().default(null) })
  .strict()
  .refine(({ workspaceId, spaceIds }) => spaceIds === null || workspaceId !== null, {
    message: "name the workspace whose spaces these are",
    path: ["workspaceId"],
  });
const createWorkspaceTokenBodySchema = z.object(newTokenShape).strict();
export type NewTokenInput = z.output<typeof createMyTokenBodySchema>;

const createdSchema = z.object({
  token: tokenSchema,
  /** shown this once; send it as `Authorization: Bearer …`, or as the password of `docker login` with any user name */
  secret: z.string(),
});
const listSchema = z.object({ items: z.array(tokenSchema) });

const revokeQuerySchema = z
  .object({
    /** `true` leaves the tokens alone that were made through this one */
    keepMade: z.enum(["true", "false"]).default("false"),
  })
  .strict();
const revokedSchema = z.object({ id: idSchema, revokedCount: z.number().int() });

export const listMyTokens = defineOperation({
  id: "listMyTokens",
  tokens: "filtered",
  method: "GET",
  path: "/api/v1/me/tokens",
  summary: "Personal tokens of whoever is signed in",
  response: listSchema,
});

export const createMyToken = defineOperation({
  id: "createMyToken",
  tokens: "filtered",
  method: "POST",
  path: "/api/v1/me/tokens",
  summary:
    "Make a personal token (also with HTTP Basic: e-mail address and password); through a token, never one that may do more",
  body: createMyTokenBodySchema,
  response: createdSchema,
  successStatus: 201,
});

export const revokeMyToken = defineOperation({
  id: "revokeMyToken",
  tokens: "filtered",
  method: "DELETE",
  path: "/api/v1/me/tokens/{tokenId}",
  summary: "Revoke a personal token, and those that were made through it",
  params: z.object({ tokenId: idSchema }).strict(),
  query: revokeQuerySchema,
  response: revokedSchema,
});

export const listWorkspaceTokens = defineOperation({
  id: "listWorkspaceTokens",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/tokens",
  summary: "Tokens of a workspace, which belong to no person",
  permission: "tokens.read",
  params: workspaceParamsSchema,
  response: listSchema,
});

export const createWorkspaceToken = defineOperation({
  id: "createWorkspaceToken",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/tokens",
  summary: "Make a token of a workspace, for a machine",
  permission: "tokens.write",
  params: workspaceParamsSchema,
  body: createWorkspaceTokenBodySchema,
  response: createdSchema,
  successStatus: 201,
});

export const revokeWorkspaceToken = defineOperation({
  id: "revokeWorkspaceToken",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/tokens/{tokenId}",
  summary: "Revoke a token of a workspace, and those that were made through it",
  permission: "tokens.write",
  params: workspaceParamsSchema.extend({ tokenId: idSchema }).strict(),
  query: revokeQuerySchema,
  response: revokedSchema,
});
