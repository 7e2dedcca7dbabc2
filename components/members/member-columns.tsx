"use client";

import { UserMinus } from "lucide-react";
import type { MemberDto } from "@/contracts/members";
import type { Role } from "@/domain/access/permissions";
import type { Column } from "../ui/data-table-columns";
import { IconButton } from "../ui/icon-button";
import { RelativeTime } from "../ui/relative-time";
import { Select } from "../ui/select";
import { Badge } from "../ui/status-pill";
import { ROLE_LABEL, ROLE_OPTIONS } from "./role-words";

/** The columns of the list of members; whoever may not manage them sees the role as a fact. */
export function memberColumns(options: {
  ownUserId: string;
  canManage: boolean;
  onChoose: (member: MemberDto, role: Role) => void;
  onRemove: (member: MemberDto) => void;
  /** Whose role is being changed. */
  changing: string | null;
}): Column<MemberDto>[] {
  const { ownUserId, canManage, onChoose, onRemove, changing } = options;
  return [
    {
      id: "name",
      header: "Name",
      priority: 1,
      cell: (member) => (
        <span className="inline-flex min-w-0 items-center gap-2">
          <span className="truncate font-medium">{member.name}</span>
          {member.userId === ownUserId ? <span className="text-sm text-subtle">you</span> : null}
          {member.isDisabled ? <Badge tone="warning">Disabled</Badge> : null}
        </span>
      ),
    },
    { id: "email", header: "E-mail", cell: (member) => <span className="text-muted">{member.email}</span> },
    {
      id: "role",
      header: "Role",
      width: "140px",
      cell: (member) =>
        canManage ? (
          <Select
            label={`Role of ${member.name}`}
            size="sm"
            className="w-28"
            value={member.role}
            disabled={changing === member.userId}
            options={ROLE_OPTIONS}
            onValueChange={(role) => onChoose(member, role)}
          />
        ) : (
          <Badge tone={member.role === "admin" ? "positive" : "neutral"}>{ROLE_LABEL[member.role]}</Badge>
        ),
    },
    { id: "since", header: "Member since", width: "140px", cell: (member) => <RelativeTime at={member.since} /> },
    ...(canManage
      ? [
          {
            id: "actions",
            header: "Actions",
            hideHeader: true,
            width: "60px",
            align: "end",
            cell: (member) =>
              member.userId === ownUserId ? null : (
                <IconButton label={`Remove ${member.name}`} icon={<UserMinus />} onClick={() => onRemove(member)} />
              ),
          } satisfies Column<MemberDto>,
        ]
      : []),
  ];
}
