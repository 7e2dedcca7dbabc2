"use client";

import { Check, Minus, Users } from "lucide-react";
import type { z } from "zod";
import type { listMembers } from "@/contracts/members";
import { PERMISSIONS, ROLES, type Role, roleCan } from "@/domain/access/permissions";
import { cn } from "@/lib/cn";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { EmptyState } from "../ui/empty-state";
import { PageHeader } from "../ui/page-header";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Badge } from "../ui/status-pill";
import { useMembers } from "./queries";

type Member = z.output<typeof listMembers.response>["items"][number];

const ROLE_LABEL: Record<Role, string> = { admin: "Admin", editor: "Editor", viewer: "Viewer" };

/** Who belongs to the workspace, and what each role may do. */
export function MembersPage({
  workspaceId,
  workspaceName,
  ownUserId,
  ownRole,
}: {
  workspaceId: string;
  workspaceName: string;
  ownUserId: string;
  ownRole: Role;
}) {
  const members = useMembers(workspaceId);
  const columns: Column<Member>[] = [
    {
      id: "name",
      header: "Name",
      priority: 1,
      cell: (member) => (
        <span className="inline-flex items-center gap-2">
          <span className="font-medium">{member.name}</span>
          {member.userId === ownUserId ? <span className="text-sm text-subtle">you</span> : null}
        </span>
      ),
    },
    { id: "email", header: "E-mail", cell: (member) => <span className="text-muted">{member.email}</span> },
    {
      id: "role",
      header: "Role",
      width: "120px",
      cell: (member) => (
        <Badge tone={member.role === "admin" ? "positive" : "neutral"}>{ROLE_LABEL[member.role]}</Badge>
      ),
    },
    { id: "since", header: "Member since", width: "140px", cell: (member) => <RelativeTime at={member.since} /> },
  ];
  return (
    <>
      <PageHeader
        title="Members"
        description={`Who may use ${workspaceName}, in this console and at its registries with the same e-mail and password.`}
      />
      <DataTable
        label="Members"
        columns={columns}
        rows={members.data?.items}
        rowKey={(member) => member.userId}
        error={problemOf(members.error)}
        onRetry={() => members.refetch()}
        skeletonRows={3}
        empty={<EmptyState icon={<Users />} title="Nobody is a member yet" />}
      />
      <div className="pt-9">
        <Section
          title="What each role may do"
          description="The console, the API and the registries' own sign-in all read this one table."
        >
          <RoleMatrix ownRole={ownRole} />
        </Section>
      </div>
    </>
  );
}

/** The permission table as it is in force; the own role's column is marked. */
function RoleMatrix({ ownRole }: { ownRole: Role }) {
  return (
    <table aria-label="Permissions by role" className="w-full max-w-3xl border-collapse">
      <thead>
        <tr className="border-rule-strong border-b text-left text-sm text-subtle">
          <th scope="col" className="h-8 pr-3 font-medium">
            Permission
          </th>
          {ROLES.map((role) => (
            <th
              key={role}
              scope="col"
              className={cn("h-8 w-24 px-2 text-center font-medium narrow:w-16", role === ownRole && "text-ink")}
            >
              {ROLE_LABEL[role]}
              {role === ownRole ? <span className="sr-only"> (your role)</span> : null}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Object.entries(PERMISSIONS).map(([permission, { sentence }]) => (
          <tr key={permission} className="border-rule border-b">
            <th scope="row" className="py-1.5 pr-3 text-left font-normal" title={permission}>
              {sentence}
            </th>
            {ROLES.map((role) => (
              <td key={role} className={cn("px-2 text-center", role === ownRole && "bg-selected")}>
                <Mark isAllowed={roleCan(role, permission)} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Mark({ isAllowed }: { isAllowed: boolean }) {
  return (
    <span className="flex justify-center">
      {isAllowed ? (
        <Check className="size-4 text-accent" aria-hidden="true" />
      ) : (
        <Minus className="size-4 text-rule-strong" aria-hidden="true" />
      )}
      <span className="sr-only">{isAllowed ? "yes" : "no"}</span>
    </span>
  );
}
