"use client";

import { LogOut, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { MemberDto } from "@/contracts/members";
import type { Role } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { DataTable } from "../ui/data-table";
import { EmptyState } from "../ui/empty-state";
import { PageHeader } from "../ui/page-header";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { Invitations } from "./invitations";
import { InviteDialog } from "./invite-dialog";
import { memberColumns } from "./member-columns";
import { useChangeRole, useLeaveWorkspace, useMembers, useRemoveMember } from "./queries";
import { RoleMatrix } from "./role-matrix";
import { ROLE_LABEL } from "./role-words";

type Asked =
  | { kind: "remove"; member: MemberDto }
  | { kind: "lower"; member: MemberDto; role: Role }
  | { kind: "leave" };

/** Who belongs to the workspace, who is invited, and what each role may do. */
export function MembersPage({
  workspaceId,
  workspaceName,
  ownUserId,
  ownRole,
  canManage,
}: {
  workspaceId: string;
  workspaceName: string;
  ownUserId: string;
  ownRole: Role;
  canManage: boolean;
}) {
  const members = useMembers(workspaceId);
  const changeRole = useChangeRole(workspaceId);
  const remove = useRemoveMember(workspaceId);
  const leave = useLeaveWorkspace(workspaceId);
  const [isInviting, setIsInviting] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);

  const change = async (member: MemberDto, role: Role) => {
    await changeRole.mutateAsync({ userId: member.userId, role });
    toast.success(`${member.name} is ${role === "viewer" ? "a" : "an"} ${ROLE_LABEL[role].toLowerCase()} now`);
    // What this page offers depends on the own role.
    if (member.userId === ownUserId) window.location.reload();
  };
  const choose = (member: MemberDto, role: Role) => {
    if (role === member.role) return;
    // Whoever lowers themselves cannot take it back.
    if (member.userId === ownUserId) setAsked({ kind: "lower", member, role });
    else change(member, role).catch((error: unknown) => toast.error(problemOf(error)?.detail ?? "It did not work."));
  };
  const confirm = async () => {
    if (asked?.kind === "lower") await change(asked.member, asked.role);
    if (asked?.kind === "remove") {
      await remove.mutateAsync(asked.member.userId);
      toast.success(`${asked.member.name} is no member any more`);
    }
    if (asked?.kind === "leave") {
      await leave.mutateAsync();
      window.location.assign("/");
    }
  };
  return (
    <>
      <PageHeader
        title="Members"
        description={`Who may use ${workspaceName}, in this console and at its registries with the same e-mail and password.`}
        actions={
          <>
            <GatedButton icon={<LogOut />} onClick={() => setAsked({ kind: "leave" })}>
              Leave workspace
            </GatedButton>
            <GatedButton
              variant="primary"
              icon={<UserPlus />}
              reason={canManage ? null : missingPermissionText("members.write")}
              onClick={() => setIsInviting(true)}
            >
              Invite
            </GatedButton>
          </>
        }
      />
      <DataTable<MemberDto>
        label="Members"
        columns={memberColumns({
          ...{ ownUserId, canManage, onChoose: choose },
          onRemove: (member) => setAsked({ kind: "remove", member }),
          changing: changeRole.isPending ? changeRole.variables.userId : null,
        })}
        rows={members.data?.items}
        rowKey={(member) => member.userId}
        rowLabel={(member) => member.name}
        error={problemOf(members.error)}
        onRetry={() => members.refetch()}
        skeletonRows={3}
        empty={<EmptyState icon={<Users />} title="Nobody is a member yet" />}
      />
      {canManage ? <Invitations workspaceId={workspaceId} /> : null}
      <div className="pt-9">
        <Section
          title="What each role may do"
          description="The console, the API and the registries' own sign-in all read this one table."
        >
          <RoleMatrix ownRole={ownRole} />
        </Section>
      </div>
      {isInviting ? <InviteDialog workspaceId={workspaceId} onClose={() => setIsInviting(false)} /> : null}
      {asked ? (
        <ConfirmDialog
          open
          onOpenChange={(isOpen) => !isOpen && setAsked(null)}
          {...questionOf(asked, workspaceName)}
          onConfirm={confirm}
        />
      ) : null}
    </>
  );
}

function questionOf(asked: Asked, workspaceName: string): { title: string; description: string; confirmLabel: string } {
  if (asked.kind === "leave")
    return {
      title: `Leave ${workspaceName}?`,
      description:
        "You lose access at once, and your API tokens for this workspace are revoked. An admin can invite you again.",
      confirmLabel: "Leave workspace",
    };
  if (asked.kind === "lower")
    return {
      title: `Give up being an admin?`,
      description: `You become ${asked.role === "viewer" ? "a viewer" : "an editor"} of ${workspaceName}. Only another admin can make you an admin again.`,
      confirmLabel: "Change my role",
    };
  return {
    title: `Remove ${asked.member.name}?`,
    description: `${asked.member.email} loses access to ${workspaceName} at once: open pages end, and their API tokens for it are revoked. What they did stays on record, and their rules go on.`,
    confirmLabel: "Remove member",
  };
}
