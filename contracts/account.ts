import { z } from "zod";
import { idSchema, timeSchema } from "./common";
import { defineOperation } from "./define";
import { givenPasswordSchema, linkTokenSchema, newPasswordSchema, personNameSchema } from "./people";

export const updateMe = defineOperation({
  id: "updateMe",
  method: "PATCH",
  path: "/api/v1/me",
  summary: "Change one's own name",
  body: z.object({ name: personNameSchema }).strict(),
  response: z.object({ name: z.string() }),
});

const sessionSchema = z.object({
  id: idSchema,
  /** the one that asks */
  isCurrent: z.boolean(),
  userAgent: z.string().nullable(),
  createdAt: timeSchema,
  /** to the minute */
  lastSeenAt: timeSchema,
  expiresAt: timeSchema,
});
export type SessionDto = z.infer<typeof sessionSchema>;

export const listSessions = defineOperation({
  id: "listSessions",
  method: "GET",
  path: "/api/v1/me/sessions",
  summary: "Where one is signed in; not for API tokens",
  response: z.object({ items: z.array(sessionSchema), hasPassword: z.boolean() }),
});

export const endSession = defineOperation({
  id: "endSession",
  method: "DELETE",
  path: "/api/v1/me/sessions/{sessionId}",
  summary: "Sign out one of one's own sessions; not for API tokens",
  params: z.object({ sessionId: idSchema }).strict(),
  response: z.object({}),
});

export const endSessions = defineOperation({
  id: "endSessions",
  method: "POST",
  path: "/api/v1/me/sessions/end",
  summary: "Sign out everywhere, or everywhere else; not for API tokens",
  body: z.object({ keepCurrent: z.boolean() }).strict(),
  response: z.object({ endedCount: z.number().int().nonnegative() }),
});

export const changePassword = defineOperation({
  id: "changePassword",
  method: "POST",
  path: "/api/v1/me/password",
  summary: "Change one's own password; every other session ends, API tokens go on; not for API tokens",
  body: z.object({ currentPassword: givenPasswordSchema, newPassword: newPasswordSchema }).strict(),
  response: z.object({ endedCount: z.number().int().nonnegative() }),
});

export const acceptInvitation = defineOperation({
  id: "acceptInvitation",
  method: "POST",
  path: "/api/v1/invitations/accept",
  summary: "Join a workspace by an invitation to one's own e-mail address",
  body: z.object({ token: linkTokenSchema }).strict(),
  response: z.object({ workspaceSlug: z.string() }),
});

export const registerByInvitation = defineOperation({
  id: "registerByInvitation",
  method: "POST",
  path: "/api/v1/invitations/register",
  summary: "Make an account from an invitation, and join its workspace",
  isPublic: true,
  body: z.object({ token: linkTokenSchema, name: personNameSchema, password: newPasswordSchema }).strict(),
  response: z.object({ email: z.string(), workspaceSlug: z.string() }),
  successStatus: 201,
});

export const choosePasswordByLink = defineOperation({
  id: "choosePasswordByLink",
  method: "POST",
  path: "/api/v1/password-links/use",
  summary: "Choose a password by a one-time link; every session and personal API token of that account ends",
  isPublic: true,
  body: z.object({ token: linkTokenSchema, password: newPasswordSchema }).strict(),
  response: z.object({
    email: z.string(),
    endedSessionCount: z.number().int().nonnegative(),
    endedTokenCount: z.number().int().nonnegative(),
  }),
});
