"use client";

import { Check, ChevronsUpDown } from "lucide-react";
import { DropdownMenu, MenuItem, MenuLabel } from "@/components/ui/dropdown-menu";

export type Workspace = {
  id: string;
  slug: string;
  name: string;
  /** Where choosing it leads; default `/w/<slug>`. */
  href?: string;
};

/** Which workspace we are in, and the way to the others. With a single one it is only its name. */
export function WorkspaceSwitcher({
  workspaces,
  currentSlug,
}: {
  workspaces: readonly Workspace[];
  currentSlug: string;
}) {
  const current = workspaces.find((workspace) => workspace.slug === currentSlug);
  const name = current?.name ?? currentSlug;
  const face = (
    <>
      <Monogram name={name} />
      <span className="min-w-0 flex-1 truncate text-left font-medium">{name}</span>
    </>
  );
  if (workspaces.length <= 1) return <div className="flex h-9 items-center gap-2.5 px-2">{face}</div>;
  return (
    <DropdownMenu
      align="start"
      className="w-(--radix-dropdown-menu-trigger-width) min-w-56"
      trigger={
        <button
          type="button"
          aria-label={`Workspace: ${name}. Switch workspace`}
          className="flex h-9 w-full items-center gap-2.5 rounded-md px-2 hover:bg-hover data-[state=open]:bg-hover"
        >
          {face}
          <ChevronsUpDown className="size-3.5 shrink-0 text-subtle" aria-hidden="true" />
        </button>
      }
    >
      <MenuLabel>Workspaces</MenuLabel>
      {workspaces.map((workspace) => (
        <MenuItem
          key={workspace.id}
          href={workspace.href ?? `/w/${workspace.slug}`}
          icon={<Monogram name={workspace.name} />}
          aside={workspace.slug === currentSlug ? <Check aria-label="current" className="text-accent!" /> : undefined}
        >
          {workspace.name}
        </MenuItem>
      ))}
    </DropdownMenu>
  );
}

function Monogram({ name }: { name: string }) {
  return (
    <span
      aria-hidden="true"
      className="flex size-5 shrink-0 items-center justify-center rounded-sm bg-inverse font-semibold text-on-inverse text-xs uppercase"
    >
      {[...name][0] ?? "?"}
    </span>
  );
}
