"use client";

import { X } from "lucide-react";
import { toast } from "sonner";
import type { InvitationDto } from "@/contracts/members";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { IconButton } from "../ui/icon-button";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Badge, StatusPill } from "../ui/status-pill";
import { useInvitations, useRevokeInvitation } from "./queries";
import { ROLE_LABEL } from "./role-words";

/** Who was invited and has not come yet; nothing where there is nobody. */
export function Invitations({ workspaceId }: { workspaceId: string }) {
  const invitations = useInvitations(workspaceId, true);
  const revoke = useRevokeInvitation(workspaceId);
  if (invitations.data?.items.length === 0) return null;
  const takeBack = (invitation: InvitationDto) =>
    revoke.mutate(invitation.id, {
      onSuccess: () => toast.success(`The invitation of ${invitation.email} was taken back`),
      onError: (error) => toast.error(problemOf(error)?.detail ?? "It could not be taken back."),
    });
  const columns: Column<InvitationDto>[] = [
    { id: "email", header: "E-mail", priority: 1, cell: ({ email }) => <span className="font-medium">{email}</span> },
    { id: "role", header: "Role", width: "110px", cell: ({ role }) => <Badge>{ROLE_LABEL[role]}</Badge> },
    { id: "by", header: "Invited by", width: "180px", cell: ({ invitedByName }) => invitedByName },
    {
      id: "until",
      header: "Link ends",
      width: "160px",
      cell: ({ expiresAt, isExpired }) =>
        isExpired ? (
          <StatusPill tone="warning" look="plain">
            Ended
          </StatusPill>
        ) : (
          <RelativeTime at={expiresAt} />
        ),
    },
    {
      ...{ id: "actions", header: "Actions", hideHeader: true, width: "60px", align: "end" },
      cell: (invitation) => (
        <IconButton
          label={`Take back the invitation of ${invitation.email}`}
          icon={<X />}
          loading={revoke.isPending && revoke.variables === invitation.id}
          onClick={() => takeBack(invitation)}
        />
      ),
    },
  ];
  return (
    <div className="pt-9">
      <Section
        title="Invited"
        description="Each link is good once. Inviting somebody again makes a new one and ends the old."
      >
        <DataTable<InvitationDto>
          label="Invitations"
          columns={columns}
          rows={invitations.data?.items}
          rowKey={(invitation) => invitation.id}
          rowLabel={(invitation) => invitation.email}
          error={problemOf(invitations.error)}
          onRetry={() => invitations.refetch()}
          skeletonRows={1}
          empty={null}
        />
      </Section>
    </div>
  );
}
