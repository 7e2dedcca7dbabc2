"use client";

import { Ellipsis, Link2, Settings, Trash2 } from "lucide-react";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { spacePath } from "../history/space-path";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu";
import { IconButton } from "../ui/icon-button";
import { removalReason } from "./remove-space-section";

/** What can be done with one space of the list; nothing with one that may only be read. */
export function SpaceMenu({
  workspaceSlug,
  space,
  permissions,
  onBind,
  onRemove,
}: {
  workspaceSlug: string;
  space: SpaceDto;
  permissions: readonly Permission[];
  onBind: () => void;
  onRemove: () => void;
}) {
  if (space.access === "reader") return null;
  const mayWrite = permissions.includes("spaces.write");
  const isClosed = removalReason(space, permissions) !== null;
  const whyNot = mayWrite ? (space.activeRunCount > 0 ? "run in progress" : "bin not empty") : "admins only";
  return (
    <DropdownMenu trigger={<IconButton label={`Actions for ${space.name}`} icon={<Ellipsis />} />}>
      <MenuItem icon={<Link2 />} onSelect={onBind} disabled={!mayWrite} aside={mayWrite ? undefined : "admins only"}>
        Bind workspaces…
      </MenuItem>
      <MenuItem icon={<Settings />} href={spacePath(workspaceSlug, space.id, "settings")}>
        Settings
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        icon={<Trash2 />}
        tone="danger"
        onSelect={onRemove}
        disabled={isClosed}
        aside={isClosed ? whyNot : undefined}
      >
        Remove…
      </MenuItem>
    </DropdownMenu>
  );
}
