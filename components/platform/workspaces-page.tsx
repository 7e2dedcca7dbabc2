"use client";

import { Building2, Ellipsis, Pencil, Plus, Trash2, UserPlus } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { PlatformWorkspaceDto } from "@/contracts/platform-people";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { StatusPill } from "../ui/status-pill";
import { AppointAdminDialog } from "./appoint-admin-dialog";
import { CreateWorkspaceDialog } from "./create-workspace-dialog";
import { useDeleteWorkspace, useWorkspaces } from "./people-queries";
import { RenameWorkspaceDialog } from "./rename-workspace-dialog";

type Asked = { kind: "rename" | "appoint" | "delete"; workspace: PlatformWorkspaceDto };

/** Every workspace, from outside. */
export function WorkspacesPage() {
  const workspaces = useWorkspaces();
  const remove = useDeleteWorkspace();
  const [isCreating, setIsCreating] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const confirmDeletion = async () => {
    if (!asked) return;
    const { id, name } = asked.workspace;
    await remove.mutateAsync({ workspaceId: id, typedName: name });
    toast.success(`${name} was deleted`);
  };
  return (
    <Section
      title="Workspaces"
      description="What each owns, but not what is in it: you see a workspace's images only as its member."
      actions={
        <Button variant="primary" icon={<Plus />} onClick={() => setIsCreating(true)}>
          Create workspace
        </Button>
      }
    >
      <DataTable<PlatformWorkspaceDto>
        label="Workspaces"
        columns={columns((kind, workspace) => setAsked({ kind, workspace }))}
        rows={workspaces.data?.items}
        rowKey={(workspace) => workspace.id}
        rowLabel={(workspace) => workspace.name}
        error={problemOf(workspaces.error)}
        onRetry={() => workspaces.refetch()}
        skeletonRows={3}
        empty={<EmptyState icon={<Building2 />} title="There is no workspace yet" />}
      />
      {isCreating ? <CreateWorkspaceDialog onClose={() => setIsCreating(false)} /> : null}
      {asked?.kind === "rename" ? <RenameWorkspaceDialog workspace={asked.workspace} onClose={close} /> : null}
      {asked?.kind === "appoint" ? <AppointAdminDialog workspace={asked.workspace} onClose={close} /> : null}
      {asked?.kind === "delete" ? (
        <ConfirmDialog
          open
          onOpenChange={(isOpen) => !isOpen && close()}
          title={`Delete ${asked.workspace.name}?`}
          description={`${count(asked.workspace.memberCount, "member")} lose it at once, and its tokens and invitations end. It owns no registry space and no registry any more, so no image is touched; its history stays on record. This cannot be undone.`}
          confirmLabel="Delete workspace"
          typedName={asked.workspace.name}
          typedLabel="Name"
          onConfirm={confirmDeletion}
        />
      ) : null}
    </Section>
  );
}

function columns(ask: (kind: Asked["kind"], workspace: PlatformWorkspaceDto) => void): Column<PlatformWorkspaceDto>[] {
  return [
    {
      id: "name",
      header: "Workspace",
      priority: 1,
      cell: ({ name, slug }) => (
        <span className="inline-flex min-w-0 items-baseline gap-2">
          <span className="truncate font-medium">{name}</span>
          <code className="truncate text-sm text-subtle">/w/{slug}</code>
        </span>
      ),
    },
    { id: "admins", header: "Admins", cell: (workspace) => <Admins workspace={workspace} /> },
    { ...{ id: "members", header: "Members", width: "100px", align: "end" }, cell: ({ memberCount }) => memberCount },
    {
      ...{ id: "spaces", header: "Registry spaces", width: "130px", align: "end" },
      cell: ({ spaceCount }) => spaceCount,
    },
    {
      ...{ id: "registries", header: "Registries", width: "100px", align: "end" },
      cell: ({ registryCount }) => registryCount,
    },
    { id: "created", header: "Created", width: "130px", cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
    {
      ...{ id: "actions", header: "Actions", hideHeader: true, width: "56px", align: "end" },
      cell: (workspace) => <WorkspaceMenu workspace={workspace} ask={ask} />,
    },
  ];
}

function Admins({ workspace: { admins } }: { workspace: PlatformWorkspaceDto }) {
  const [first, ...others] = admins;
  if (!first)
    return (
      <StatusPill tone="warning" look="plain">
        None
      </StatusPill>
    );
  return (
    <span title={admins.map(({ email }) => email).join(", ")}>
      {first.name}
      {others.length > 0 ? <span className="text-subtle"> and {count(others.length, "other")}</span> : null}
    </span>
  );
}

function WorkspaceMenu({
  workspace,
  ask,
}: {
  workspace: PlatformWorkspaceDto;
  ask: (kind: Asked["kind"], workspace: PlatformWorkspaceDto) => void;
}) {
  const { name, admins, spaceCount, registryCount } = workspace;
  const ownsSomething = spaceCount + registryCount > 0;
  return (
    <DropdownMenu trigger={<Button aria-label={`Actions for ${name}`} icon={<Ellipsis />} variant="ghost" size="sm" />}>
      <MenuItem icon={<Pencil aria-hidden="true" />} onSelect={() => ask("rename", workspace)}>
        Rename…
      </MenuItem>
      <MenuItem
        icon={<UserPlus aria-hidden="true" />}
        disabled={admins.length > 0}
        aside={admins.length > 0 ? "has one" : undefined}
        onSelect={() => ask("appoint", workspace)}
      >
        Appoint an admin…
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        tone="danger"
        icon={<Trash2 aria-hidden="true" />}
        disabled={ownsSomething}
        aside={ownsSomething ? "not empty" : undefined}
        onSelect={() => ask("delete", workspace)}
      >
        Delete…
      </MenuItem>
    </DropdownMenu>
  );
}
