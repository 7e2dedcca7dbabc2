"use client";

import { Copy, ExternalLink, Hash, History, Pin, PinOff, Tags, Trash2 } from "lucide-react";
import { toast } from "sonner";
import type { ImageDto } from "@/contracts/images";
import { DropdownMenu, MenuItem, MenuLabel, MenuSeparator } from "../ui/dropdown-menu";
import { imageLabel, shortDigest } from "./image-words";

export interface OpenMenu {
  image: ImageDto;
  at: { left: number; top: number };
  onClosed: () => void;
}

/** The one menu of all rows, where a row asked for it. */
export function RowMenu({
  menu,
  pullCommand,
  href,
  historyHref,
  deleteReason,
  pinReason,
  onClose,
  onDelete,
  onDeleteTags,
  onPin,
}: {
  menu: OpenMenu | null;
  pullCommand: string;
  href: string;
  historyHref: string;
  /** Why this person cannot; null = they can. */
  deleteReason: string | null;
  pinReason: string | null;
  onClose: () => void;
  onDelete: (image: ImageDto) => void;
  onDeleteTags: (image: ImageDto) => void;
  onPin: (image: ImageDto) => void;
}) {
  if (!menu) return null;
  const { image, at, onClosed } = menu;
  const copy = async (text: string, what: string) => {
    await navigator.clipboard.writeText(text);
    toast.success(`${what} copied`);
  };
  return (
    <DropdownMenu
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      onCloseAutoFocus={(event) => {
        event.preventDefault();
        onClosed();
      }}
      align="end"
      className="w-60"
      trigger={
        // Only a place: the rows' own buttons open this menu.
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Actions for ${imageLabel(image)}, open`}
          className="pointer-events-none fixed size-0"
          style={{ left: at.left, top: at.top }}
        />
      }
    >
      <MenuLabel>
        <code className="block truncate">{image.tags[0] ?? shortDigest(image.digest)}</code>
      </MenuLabel>
      <MenuItem icon={<ExternalLink aria-hidden="true" />} href={href} aside="Enter">
        Open
      </MenuItem>
      <MenuItem icon={<Copy aria-hidden="true" />} onSelect={() => void copy(pullCommand, "Pull command")}>
        Copy pull command
      </MenuItem>
      <MenuItem icon={<Hash aria-hidden="true" />} onSelect={() => void copy(image.digest, "Digest")}>
        Copy digest
      </MenuItem>
      <MenuItem icon={<History aria-hidden="true" />} href={historyHref}>
        History
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        icon={image.pin ? <PinOff aria-hidden="true" /> : <Pin aria-hidden="true" />}
        disabled={pinReason !== null}
        onSelect={() => onPin(image)}
      >
        {image.pin ? "Unpin" : "Pin"}
      </MenuItem>
      <MenuItem
        icon={<Tags aria-hidden="true" />}
        tone="danger"
        disabled={deleteReason !== null || image.tags.length === 0}
        onSelect={() => onDeleteTags(image)}
      >
        Delete tags
      </MenuItem>
      <MenuItem
        icon={<Trash2 aria-hidden="true" />}
        tone="danger"
        disabled={deleteReason !== null}
        onSelect={() => onDelete(image)}
      >
        Delete digest
      </MenuItem>
      {deleteReason ? <p className="px-2 pt-1 pb-1.5 text-sm text-subtle">{deleteReason}</p> : null}
    </DropdownMenu>
  );
}
