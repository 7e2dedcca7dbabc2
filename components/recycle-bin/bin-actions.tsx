"use client";

import { Ellipsis } from "lucide-react";
import type { BinEntryDto } from "@/contracts/recycle-bin";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu";
import { IconButton } from "../ui/icon-button";
import { isHeld } from "./bin-columns";

/** What can be done with entries of the bin, as buttons. */
export function BinActions({
  permissions,
  size,
  isBusy,
  nothing,
  onRestore,
  onRestoreElsewhere,
  purgeReason,
  onPurge,
}: {
  permissions: readonly Permission[];
  size: "sm" | "md";
  isBusy: boolean;
  /** why nothing can be done at all */
  nothing: string | null;
  onRestore: () => void;
  onRestoreElsewhere?: () => void;
  /** why these cannot be purged together */
  purgeReason: string | null;
  onPurge: () => void;
}) {
  const mayRestore = permissions.includes("bin.restore");
  const restoreReason = mayRestore ? nothing : missingPermissionText("bin.restore");
  return (
    <>
      <GatedButton size={size} loading={isBusy} reason={restoreReason} onClick={onRestore}>
        Restore
      </GatedButton>
      {onRestoreElsewhere ? (
        <GatedButton size={size} reason={restoreReason} onClick={onRestoreElsewhere}>
          Put into another repository…
        </GatedButton>
      ) : null}
      <GatedButton
        size={size}
        variant="danger"
        reason={permissions.includes("bin.purge") ? (nothing ?? purgeReason) : missingPermissionText("bin.purge")}
        onClick={onPurge}
      >
        Purge…
      </GatedButton>
    </>
  );
}

/** The same for one row, with what can be done about a failure. */
export function EntryMenu({
  entry,
  permissions,
  onShow,
  onRestore,
  onPurge,
  onRetry,
  onGiveUp,
}: {
  entry: BinEntryDto;
  permissions: readonly Permission[];
  onShow: () => void;
  onRestore: (elsewhere: boolean) => void;
  onPurge: () => void;
  onRetry: () => void;
  onGiveUp: () => void;
}) {
  const label = `Actions for ${entry.repositoryName} ${entry.tags[0] ?? entry.digest.slice(7, 19)}`;
  const mayRestore = isHeld(entry) && permissions.includes("bin.restore");
  return (
    <DropdownMenu trigger={<IconButton label={label} icon={<Ellipsis />} />}>
      <MenuItem onSelect={onShow}>Details</MenuItem>
      <MenuItem onSelect={() => onRestore(false)} disabled={!mayRestore}>
        Restore
      </MenuItem>
      <MenuItem onSelect={() => onRestore(true)} disabled={!mayRestore}>
        Put into another repository…
      </MenuItem>
      {entry.problem ? (
        <>
          <MenuSeparator />
          <MenuItem onSelect={onRetry} disabled={!permissions.includes("bin.restore")}>
            Try again
          </MenuItem>
          <MenuItem onSelect={onGiveUp} disabled={!permissions.includes("bin.purge")}>
            Give up
          </MenuItem>
        </>
      ) : null}
      <MenuSeparator />
      <MenuItem tone="danger" onSelect={onPurge} disabled={!isHeld(entry) || !permissions.includes("bin.purge")}>
        Purge…
      </MenuItem>
    </DropdownMenu>
  );
}
