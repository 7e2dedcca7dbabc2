"use client";

import { Boxes, Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { spacePath } from "../history/space-path";
import { LifecycleButton } from "../lifecycle/lifecycle-button";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { Button } from "../ui/button";
import { DataTable } from "../ui/data-table";
import { EmptyState } from "../ui/empty-state";
import { SearchInput } from "../ui/input";
import { PageHeader } from "../ui/page-header";
import { problemOf } from "../ui/problem-of";
import { Select } from "../ui/select";
import { useRegistries } from "../workspaces/queries";
import { BindingsDialog } from "./bindings-dialog";
import { CreateSpaceDialog } from "./create-space-dialog";
import { useSpaces } from "./queries";
import { registryHost } from "./registry-host";
import { RemoveSpaceDialog } from "./remove-space-dialog";
import { SPACE_SORTS, sortSpaces, spaceColumns } from "./space-columns";
import { SpaceMenu } from "./space-menu";

const ALL = "all";

export type SpacesPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  permissions: readonly Permission[];
};

/** All registry spaces of the workspace in numbers, by registry; the way into each, and to a new one. */
export function SpacesPage({ workspaceId, workspaceSlug, permissions }: SpacesPageProps) {
  const router = useRouter();
  const [{ registry, q, sort, order }, setView] = useQueryStates(
    {
      registry: parseAsString,
      q: parseAsString.withDefault(""),
      sort: parseAsStringLiteral(SPACE_SORTS).withDefault("name"),
      order: parseAsStringLiteral(["ascending", "descending"] as const).withDefault("ascending"),
    },
    { history: "replace" },
  );
  const [isCreating, setIsCreating] = useState(false);
  const [asked, setAsked] = useState<{ what: "bind" | "remove"; spaceId: string } | null>(null);
  const region = useSlashFocus<HTMLDivElement>();
  const spaces = useSpaces(workspaceId, registry);
  const registries = useRegistries(workspaceId);
  const known = registries.data?.items ?? [];
  const askedSpace = spaces.data?.items.find((space) => space.id === asked?.spaceId);
  const rows = spaces.data && sortSpaces(matching(spaces.data.items, q), sort, order);

  const createReason = !permissions.includes("spaces.write")
    ? missingPermissionText("spaces.write")
    : registries.data && known.length === 0
      ? "This workspace has no registry yet. Attach one under Registries, or ask a platform admin for one."
      : null;
  const createButton = (
    <GatedButton
      variant="primary"
      icon={<Plus aria-hidden="true" />}
      reason={createReason}
      onClick={() => setIsCreating(true)}
    >
      Create registry space
    </GatedButton>
  );

  return (
    <div ref={region}>
      <PageHeader
        title="Registry spaces"
        description="Each is a repository prefix of a registry that belongs to this workspace, or to one that shares it. Sizes are as stored: compressed, each blob counted once."
        actions={
          <>
            <LifecycleButton workspaceId={workspaceId} workspaceSlug={workspaceSlug} permissions={permissions} />
            {createButton}
          </>
        }
      />
      <div className="flex flex-wrap items-center gap-2 pb-3">
        <SearchInput label="Search registry spaces" value={q} onValueChange={(next) => setView({ q: next || null })} />
        <Select
          label="Registry"
          value={registry ?? ALL}
          onValueChange={(next) => setView({ registry: next === ALL ? null : next })}
          options={[
            { value: ALL, label: "All registries" },
            ...known.map(({ id, name, url }) => ({ value: id, label: name, hint: registryHost(url) })),
          ]}
          className="w-52 narrow:w-full"
        />
      </div>
      <DataTable<SpaceDto>
        label="Registry spaces"
        columns={spaceColumns(workspaceSlug, (space) => (
          <SpaceMenu
            workspaceSlug={workspaceSlug}
            space={space}
            permissions={permissions}
            onBind={() => setAsked({ what: "bind", spaceId: space.id })}
            onRemove={() => setAsked({ what: "remove", spaceId: space.id })}
          />
        ))}
        rows={rows}
        rowKey={(space) => space.id}
        rowLabel={(space) => space.name}
        sort={{ columnId: sort, direction: order }}
        onSortChange={(next) =>
          setView({ sort: SPACE_SORTS.find((each) => each === next.columnId) ?? "name", order: next.direction })
        }
        onRowActivate={(space) => router.push(spacePath(workspaceSlug, space.id, "images"))}
        error={problemOf(spaces.error)}
        onRetry={() => spaces.refetch()}
        skeletonRows={4}
        empty={
          spaces.data && spaces.data.items.length > 0 ? (
            <EmptyState
              title="No registry space matches"
              description={`None has “${q}” in its name or prefix.`}
              action={<Button onClick={() => setView({ q: null })}>Clear the search</Button>}
            />
          ) : registry !== null ? (
            <EmptyState
              title="No registry space on this registry"
              description="The spaces of this workspace are on other registries."
              action={<Button onClick={() => setView({ registry: null })}>Show all registries</Button>}
            />
          ) : (
            <EmptyState
              icon={<Boxes />}
              title="No registry space yet"
              description="A registry space gives this workspace a repository prefix of its own: push images there, write rules that reclaim the old ones, and free what nobody needs."
              action={createButton}
            />
          )
        }
      />
      <CreateSpaceDialog
        workspaceId={workspaceId}
        workspaceSlug={workspaceSlug}
        registries={registries.data?.items}
        open={isCreating}
        onOpenChange={setIsCreating}
      />
      {askedSpace && asked?.what === "bind" ? (
        <BindingsDialog workspaceId={workspaceId} space={askedSpace} onClose={() => setAsked(null)} />
      ) : null}
      {askedSpace && asked?.what === "remove" ? (
        <RemoveSpaceDialog workspaceId={workspaceId} space={askedSpace} onClose={() => setAsked(null)} />
      ) : null}
    </div>
  );
}

function matching(spaces: readonly SpaceDto[], search: string): readonly SpaceDto[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === "") return spaces;
  return spaces.filter(
    (space) => space.name.toLowerCase().includes(wanted) || space.prefix.toLowerCase().includes(wanted),
  );
}
