"use client";

import { ChevronDown, FolderTree } from "lucide-react";
import { useState } from "react";
import type { SpaceDto } from "@/contracts/spaces";
import { Button } from "../ui/button";
import { Popover } from "../ui/popover";
import { withoutPrefix } from "./pull-reference";
import { RepositoryList } from "./repository-list";

/** The list of repositories behind a button, where there is no room for it at the left. */
export function RepositoryPicker({
  workspaceId,
  space,
  selected,
  onSelect,
}: {
  workspaceId: string;
  space: SpaceDto;
  selected: string | null;
  onSelect: (repository: string | null) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="min-w-0 pb-2 wide:hidden">
      <Popover
        label="Repositories"
        open={isOpen}
        onOpenChange={setIsOpen}
        className="w-80"
        trigger={
          <Button icon={<FolderTree aria-hidden="true" />} className="max-w-full narrow:h-10 narrow:w-full">
            <span className="min-w-0 flex-1 truncate text-left">
              {selected === null ? "All repositories" : withoutPrefix(selected, space.prefix)}
            </span>
            <ChevronDown aria-hidden="true" />
          </Button>
        }
      >
        <RepositoryList
          workspaceId={workspaceId}
          spaceId={space.id}
          prefix={space.prefix}
          whole={space}
          selected={selected}
          onSelect={(repository) => {
            onSelect(repository);
            setIsOpen(false);
          }}
          className="max-h-[60dvh]"
        />
      </Popover>
    </div>
  );
}
