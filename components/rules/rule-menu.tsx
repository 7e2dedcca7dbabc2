"use client";

import { Ellipsis, EyeIcon, Pencil, Play, Power, Trash2 } from "lucide-react";
import type { RuleDto } from "@/contracts/rules";
import type { Permission } from "@/domain/access/permissions";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu";
import { IconButton } from "../ui/icon-button";

/** What can be done with one rule. */
export function RuleMenu({
  rule,
  permissions,
  editHref,
  onRun,
  onPreview,
  onToggle,
  onDelete,
}: {
  rule: RuleDto;
  permissions: readonly Permission[];
  editHref: string;
  onRun: () => void;
  onPreview: () => void;
  onToggle: () => void;
  onDelete: () => void;
}) {
  const canWrite = permissions.includes("rules.write");
  const isProtect = rule.definition.effect === "protect";
  const canRun = permissions.includes("reclaim.run") && rule.isEnabled && !isProtect;
  const whyNot = isProtect ? "it only protects" : rule.isEnabled ? "admins only" : "disabled";
  return (
    <DropdownMenu trigger={<IconButton label={`Actions for ${rule.name}`} icon={<Ellipsis />} />}>
      <MenuItem icon={<Play />} onSelect={onRun} disabled={!canRun} aside={canRun ? undefined : whyNot}>
        Run now
      </MenuItem>
      <MenuItem icon={<EyeIcon />} onSelect={onPreview} disabled={!permissions.includes("reclaim.preview")}>
        Preview
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<Power />} onSelect={onToggle} disabled={!canWrite} aside={canWrite ? undefined : "admins only"}>
        {rule.isEnabled ? "Disable" : "Enable"}
      </MenuItem>
      <MenuItem icon={<Pencil />} href={editHref} disabled={!canWrite} aside={canWrite ? undefined : "admins only"}>
        Edit
      </MenuItem>
      <MenuItem
        icon={<Trash2 />}
        tone="danger"
        onSelect={onDelete}
        disabled={!canWrite}
        aside={canWrite ? undefined : "admins only"}
      >
        Delete
      </MenuItem>
    </DropdownMenu>
  );
}
