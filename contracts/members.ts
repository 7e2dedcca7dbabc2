import { z } from "zod";
import { ROLES } from "@/domain/access/permissions";
import { idSchema, timeSchema, workspaceParamsSchema } from "./common";
import { defineOperation } from "./define";
import { emailSchema } from "./people";

const memberParamsSchema = z.object({ workspaceId: idSchema, userId: idSchema }).strict();
const invitationParamsSchema = z.object({ workspaceId: idSchema, invitationId: idSchema }).strict();

const memberSchema = z.object({
  userId: idSchema,
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  since: timeSchema,
  /** Switched off by a platform admin: still a member, but nobody who can sign in. */
  isDisabled: z.boolean(),
});
export type MemberDto = z.infer<typeof memberSchema>;

export const listMembers = defineOperation({
  id: "listMembers",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/members",
  summary: "Members of a workspace and their roles",
  permission: "workspace.read",
  params: workspaceParamsSchema,
  response: z.object({ items: z.array(memberSchema) }),
});

export const changeRole = defineOperation({
  id: "changeRole",
  method: "PATCH",
  path: "/api/v1/workspaces/{workspaceId}/members/{userId}",
  summary: "Change a member's role; the last admin keeps theirs (409)",
  permission: "members.write",
  params: memberParamsSchema,
  body: z.object({ role: z.enum(ROLES) }).strict(),
  response: memberSchema,
});

export const removeMember = defineOperation({
  id: "removeMember",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/members/{userId}",
  summary: "Remove a member: their access and their tokens for this workspace end at once; the last admin stays (409)",
  permission: "members.write",
  params: memberParamsSchema,
  response: z.object({}),
});

export const leaveWorkspace = defineOperation({
  id: "leaveWorkspace",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/leave",
  summary: "Leave a workspace; its last admin cannot (409)",
  permission: "workspace.read",
  params: workspaceParamsSchema,
  response: z.object({}),
});

const invitationSchema = z.object({
  id: idSchema,
  email: z.string(),
  role: z.enum(ROLES),
  invitedByName: z.string(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
  isExpired: z.boolean(),
});
export type InvitationDto = z.infer<typeof invitationSchema>;

export const listInvitations = defineOperation({
  id: "listInvitations",
  method: "GET",
  path: "/api/v1/workspaces/{workspaceId}/invitations",
  summary: "Invitations that nobody has accepted yet",
  permission: "members.write",
  params: workspaceParamsSchema,
  response: z.object({ items: z.array(invitationSchema) }),
});

export const createInvitation = defineOperation({
  id: "createInvitation",
  method: "POST",
  path: "/api/v1/workspaces/{workspaceId}/invitations",
  summary:
    "Invite somebody by e-mail address; the link is good for 7 days and is shown this once. It replaces an earlier one.",
  permission: "members.write",
  params: workspaceParamsSchema,
  body: z.object({ email: emailSchema, role: z.enum(ROLES) }).strict(),
  response: z.object({
    invitation: invitationSchema,
    link: z.string(),
    /** Also on its way by e-mail. */
    isMailed: z.boolean(),
  }),
  successStatus: 201,
});

export const revokeInvitation = defineOperation({
  id: "revokeInvitation",
  method: "DELETE",
  path: "/api/v1/workspaces/{workspaceId}/invitations/{invitationId}",
  summary: "Take an invitation back: its link ends at once",
  permission: "members.write",
  params: invitationParamsSchema,
  response: z.object({}),
});
