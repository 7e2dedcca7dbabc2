"use client";

import { Copy, Ellipsis, EyeIcon, Pencil, Play, Power, Trash2 } from "lucide-react";
import { RULES_PER_SPACE_MAX, type RuleDto } from "@/contracts/rules";
import type { Permission } from "@/domain/access/permissions";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu";
import { IconButton } from "../ui/icon-button";

/** What can be done with one rule. */
export function RuleMenu({
  rule,
  permissions,
  isStopped,
  editHref,
  copyHref,
  onRun,
  onPreview,
  onToggle,
  onDelete,
}: {
  rule: RuleDto;
  permissions: readonly Permission[];
  /** Reclaiming is stopped on the whole platform. */
  isStopped: boolean;
  editHref: string;
  /** Where a copy of it is written; null = the space is full. */
  copyHref: string | null;
  onRun: () => void;
  onPreview: () => void;
  onToggle: () => void;
  onDelete: () => void;
}) {
  const canWrite = permissions.includes("rules.write");
  const isProtect = rule.definition.effect === "protect";
  const canRun = permissions.includes("reclaim.run") && rule.isEnabled && !isProtect && !isStopped;
  const whyNot = isProtect
    ? "it only protects"
    : !permissions.includes("reclaim.run")
      ? "admins only"
      : rule.isEnabled
        ? "stopped"
        : "disabled";
  return (
    <DropdownMenu trigger={<IconButton label={`Actions for ${rule.name}`} icon={<Ellipsis />} />}>
      <MenuItem icon={<Play />} onSelect={onRun} disabled={!canRun} aside={canRun ? undefined : whyNot}>
        Run now
      </MenuItem>
      <MenuItem
        icon={<EyeIcon />}
        onSelect={onPreview}
        disabled={!permissions.includes("reclaim.preview")}
        aside={permissions.includes("reclaim.preview") ? undefined : "not for viewers"}
      >
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
        icon={<Copy />}
        href={copyHref ?? editHref}
        disabled={!canWrite || copyHref === null}
        aside={
          canWrite ? (copyHref === null ? `${RULES_PER_SPACE_MAX}/${RULES_PER_SPACE_MAX}` : undefined) : "admins only"
        }
      >
        Duplicate
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
