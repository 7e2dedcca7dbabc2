import { Activity, Ellipsis, Pencil, Recycle, Unplug } from "lucide-react";
import Link from "next/link";
import type { RegistryDto } from "@/contracts/registries";
import { count, group } from "../history/run-words";
import type { Column } from "../ui/data-table-columns";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu";
import { IconButton } from "../ui/icon-button";
import { RelativeTime } from "../ui/relative-time";
import { Badge, StatusPill } from "../ui/status-pill";
import { RegistryHealth } from "./registry-health";

const KIND = { distribution: "CNCF Distribution", harbor: "Harbor" } as const;
const AUTH = { console: "this console's tokens", basic: "user name and password", none: "none" } as const;

export type RegistryActions = {
  /** Attach, edit and detach are for workspace admins; null = may */
  onEdit: (registry: RegistryDto) => void;
  onDetach: (registry: RegistryDto) => void;
  onCheck: (registry: RegistryDto) => void;
  onShow: (registry: RegistryDto) => void;
};

/** Why somebody cannot edit or detach a registry; null = they can. */
function closedReason(registry: RegistryDto): string | null {
  if (registry.canEdit) return null;
  if (registry.isInstalled) return "set where the console starts";
  return registry.owner === "platform" ? "platform admins only" : "admins only";
}

/** Why a registry cannot be detached now; null = it can. */
function detachReason(registry: RegistryDto): string | null {
  const spaces = registry.totalSpaceCount ?? registry.spaceCount;
  return closedReason(registry) ?? (spaces === 0 ? null : `has ${count(spaces, "space")}`);
}

/** The columns of the list of registries; the name opens what is known about one. */
export function registryColumns(
  workspaceSlug: string,
  mayCheck: boolean,
  actions: RegistryActions,
): Column<RegistryDto>[] {
  return [
    {
      id: "name",
      header: "Name",
      priority: 1,
      wrap: true,
      cell: (registry) => (
        <span className="flex flex-wrap items-center gap-2">
          <button
            type="button"
            onClick={() => actions.onShow(registry)}
            className="text-left font-medium underline-offset-2 hover:underline"
          >
            {registry.name}
          </button>
          <Badge tone="info">Integrated</Badge>
        </span>
      ),
    },
    {
      id: "url",
      header: "Address",
      wrap: true,
      cell: (registry) => <code className="text-muted [overflow-wrap:anywhere]">{registry.url}</code>,
    },
    {
      id: "kind",
      header: "Type",
      width: "140px",
      cell: (registry) => <span title={`Sign-in: ${AUTH[registry.auth]}`}>{KIND[registry.kind]}</span>,
    },
    {
      id: "owner",
      header: "For",
      width: "128px",
      cell: (registry) => (registry.owner === "platform" ? "every workspace" : "this workspace"),
    },
    {
      id: "spaces",
      header: "Spaces",
      width: "80px",
      align: "end",
      cell: (registry) =>
        registry.spaceCount === 0 ? (
          <span className="text-subtle">0</span>
        ) : (
          <Link
            href={`/w/${workspaceSlug}/spaces?registry=${encodeURIComponent(registry.id)}`}
            className="underline-offset-2 hover:underline"
            title={
              registry.totalSpaceCount === null || registry.totalSpaceCount === registry.spaceCount
                ? undefined
                : `${group(registry.totalSpaceCount)} with those of other workspaces`
            }
          >
            {group(registry.spaceCount)}
          </Link>
        ),
    },
    {
      id: "health",
      header: "Health",
      width: "21%",
      wrap: true,
      cell: (registry) => (
        <span className="flex flex-col">
          <RegistryHealth health={registry.health} />
          {registry.readOnly ? (
            <StatusPill tone="warning" look="plain">
              Read-only
            </StatusPill>
          ) : null}
        </span>
      ),
    },
    {
      id: "checked",
      header: "Checked",
      width: "116px",
      cell: (registry) => <RelativeTime at={registry.health.checkedAt} />,
    },
    {
      id: "actions",
      header: "Actions",
      hideHeader: true,
      width: "52px",
      align: "end",
      cell: (registry) => (
        <RegistryMenu registry={registry} workspaceSlug={workspaceSlug} mayCheck={mayCheck} actions={actions} />
      ),
    },
  ];
}

function RegistryMenu({
  registry,
  workspaceSlug,
  mayCheck,
  actions,
}: {
  registry: RegistryDto;
  workspaceSlug: string;
  mayCheck: boolean;
  actions: RegistryActions;
}) {
  const reason = closedReason(registry);
  const aside = reason ?? undefined;
  const keptBy = detachReason(registry);
  return (
    <DropdownMenu trigger={<IconButton label={`Actions for ${registry.name}`} icon={<Ellipsis />} />}>
      <MenuItem
        icon={<Activity />}
        onSelect={() => actions.onCheck(registry)}
        disabled={!mayCheck}
        aside={mayCheck ? undefined : "admins only"}
      >
        Check now
      </MenuItem>
      <MenuItem icon={<Recycle />} href={`/w/${workspaceSlug}/registries/${registry.id}/gc`}>
        Garbage collection
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<Pencil />} onSelect={() => actions.onEdit(registry)} disabled={reason !== null} aside={aside}>
        Edit
      </MenuItem>
      <MenuItem
        icon={<Unplug />}
        tone="danger"
        onSelect={() => actions.onDetach(registry)}
        disabled={keptBy !== null}
        aside={keptBy ?? undefined}
      >
        Detach
      </MenuItem>
    </DropdownMenu>
  );
}
