"use client";

import { Ellipsis, Trash2 } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useDeferredValue, useState } from "react";
import type { BinEntryDto } from "@/contracts/recycle-bin";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { spacePath } from "../history/space-path";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { PagedRows } from "../reclaim/paged-rows";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { useSpace } from "../spaces/queries";
import { ButtonLink } from "../ui/button";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu";
import { EmptyState } from "../ui/empty-state";
import { IconButton } from "../ui/icon-button";
import { SearchInput } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { SelectionBar } from "../ui/selection-bar";
import { BIN_COLUMNS, isHeld } from "./bin-columns";
import { BinEntrySheet } from "./bin-entry-sheet";
import { FollowedRun } from "./followed-run";
import { PurgeDialog } from "./purge-dialog";
import { useBinEntries, useStartPurge } from "./queries";
import { RestoreConflictDialog } from "./restore-conflict-dialog";
import { useRestore } from "./use-restore";

export type BinPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  permissions: readonly Permission[];
};

/** The tab "Recycle bin": what was recycled and can still be restored. */
export function BinPage(props: BinPageProps) {
  const { workspaceId, workspaceSlug, spaceId } = props;
  const [q, setQ] = useQueryState("q", parseAsString.withDefault("").withOptions({ history: "replace" }));
  const search = useDeferredValue(q.trim());
  const entries = useBinEntries(workspaceId, spaceId, search ? { search } : {});
  const rows = entries.data?.pages.flatMap((page) => page.items);
  const region = useSlashFocus<HTMLDivElement>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [shownId, setShownId] = useState<string | null>(null);
  const [purgeIds, setPurgeIds] = useState<readonly string[]>([]);
  const [followed, setFollowed] = useState<readonly string[]>([]);
  const spaceName = useSpace(workspaceId, spaceId).data?.name;
  const purge = useStartPurge(workspaceId, spaceId);
  const follow = (runId: string) => {
    setFollowed((known) => [runId, ...known]);
    setSelected(new Set());
    setShownId(null);
  };
  const restore = useRestore(workspaceId, spaceId, follow);

  const byId = (ids: Iterable<string>) => {
    const wanted = new Set(ids);
    return (rows ?? []).filter((row) => wanted.has(row.id) && isHeld(row));
  };
  const chosen = byId(selected);
  const shown = rows?.find((row) => row.id === shownId) ?? null;
  const actions = (targets: readonly BinEntryDto[], size: "sm" | "md") => (
    <Actions
      permissions={props.permissions}
      size={size}
      isBusy={restore.isBusy}
      isHeld={targets.length > 0}
      onRestore={() => restore.restore(targets.map((entry) => entry.id))}
      onPurge={() => setPurgeIds(targets.map((entry) => entry.id))}
    />
  );
  const columns: Column<BinEntryDto>[] = [
    ...BIN_COLUMNS,
    {
      id: "menu",
      header: "Actions",
      hideHeader: true,
      width: "44px",
      align: "end",
      cell: (entry) => (
        <EntryMenu
          entry={entry}
          permissions={props.permissions}
          onShow={() => setShownId(entry.id)}
          onRestore={() => restore.restore([entry.id])}
          onPurge={() => setPurgeIds([entry.id])}
        />
      ),
    },
  ];

  return (
    <div ref={region} className="flex flex-col gap-3">
      {followed.map((runId) => (
        <FollowedRun
          key={runId}
          workspaceId={workspaceId}
          workspaceSlug={workspaceSlug}
          spaceId={spaceId}
          runId={runId}
          onDismiss={() => setFollowed((known) => known.filter((id) => id !== runId))}
        />
      ))}
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p className="max-w-prose text-muted">
          Recycled images cannot be pulled. Until their time is up they can be restored with all their tags; after that
          they are purged. Sizes are stored sizes.
        </p>
        <SearchInput label="Search the recycle bin" value={q} onValueChange={(next) => setQ(next || null)} />
      </div>
      <PagedRows query={entries} noun={["entry", "entries"]}>
        <DataTable
          label="Recycle bin"
          columns={columns}
          rows={rows}
          rowKey={(entry) => entry.id}
          rowLabel={(entry) => `${entry.repositoryName} ${entry.tags[0] ?? entry.digest.slice(7, 19)}`}
          selection={{ selected, onChange: setSelected, isSelectable: isHeld }}
          onRowActivate={(entry) => setShownId(entry.id)}
          error={problemOf(entries.error)}
          onRetry={() => entries.refetch()}
          empty={<BinEmpty isFiltered={search !== ""} rulesHref={spacePath(workspaceSlug, spaceId, "reclaim")} />}
          className="wide:[&_table]:min-w-[960px] wide:overflow-x-auto"
        />
      </PagedRows>
      <SelectionBar
        count={chosen.length}
        noun={chosen.length === 1 ? "image" : "images"}
        detail={formatBytes(chosen.reduce((sum, entry) => sum + entry.logicalBytes, 0))}
        onClear={() => setSelected(new Set())}
      >
        {actions(chosen, "sm")}
      </SelectionBar>
      <BinEntrySheet
        workspaceId={workspaceId}
        workspaceSlug={workspaceSlug}
        spaceId={spaceId}
        entry={shown}
        onClose={() => setShownId(null)}
        actions={shown && isHeld(shown) ? actions([shown], "md") : null}
      />
      <PurgeDialog
        entries={byId(purgeIds)}
        spaceName={spaceName ?? ""}
        open={purgeIds.length > 0 && spaceName !== undefined}
        onOpenChange={(open) => (open ? undefined : setPurgeIds([]))}
        onConfirm={async () => {
          const run = await purge.mutateAsync({ entryIds: [...purgeIds], typedName: spaceName ?? "" });
          follow(run.id);
        }}
      />
      <RestoreConflictDialog
        conflicts={restore.asking?.conflicts ?? []}
        imageCount={restore.asking?.entryIds.length ?? 0}
        onCancel={restore.cancel}
        onChoose={restore.choose}
      />
    </div>
  );
}

function Actions({
  permissions,
  size,
  isBusy,
  isHeld: hasTargets,
  onRestore,
  onPurge,
}: {
  permissions: readonly Permission[];
  size: "sm" | "md";
  isBusy: boolean;
  isHeld: boolean;
  onRestore: () => void;
  onPurge: () => void;
}) {
  const nothing = hasTargets ? null : "Choose an image that is in the bin.";
  return (
    <>
      <GatedButton
        size={size}
        loading={isBusy}
        reason={permissions.includes("bin.restore") ? nothing : missingPermissionText("bin.restore")}
        onClick={onRestore}
      >
        Restore
      </GatedButton>
      <GatedButton
        size={size}
        variant="danger"
        reason={permissions.includes("bin.purge") ? nothing : missingPermissionText("bin.purge")}
        onClick={onPurge}
      >
        Purge…
      </GatedButton>
    </>
  );
}

function EntryMenu({
  entry,
  permissions,
  onShow,
  onRestore,
  onPurge,
}: {
  entry: BinEntryDto;
  permissions: readonly Permission[];
  onShow: () => void;
  onRestore: () => void;
  onPurge: () => void;
}) {
  const label = `Actions for ${entry.repositoryName} ${entry.tags[0] ?? entry.digest.slice(7, 19)}`;
  return (
    <DropdownMenu trigger={<IconButton label={label} icon={<Ellipsis />} />}>
      <MenuItem onSelect={onShow}>Details</MenuItem>
      <MenuItem onSelect={onRestore} disabled={!isHeld(entry) || !permissions.includes("bin.restore")}>
        Restore
      </MenuItem>
      <MenuSeparator />
      <MenuItem tone="danger" onSelect={onPurge} disabled={!isHeld(entry) || !permissions.includes("bin.purge")}>
        Purge…
      </MenuItem>
    </DropdownMenu>
  );
}

function BinEmpty({ isFiltered, rulesHref }: { isFiltered: boolean; rulesHref: string }) {
  if (isFiltered) return <EmptyState title="Nothing in the bin matches" description="Change the search." />;
  return (
    <EmptyState
      icon={<Trash2 />}
      title="The recycle bin is empty"
      description="Images that a reclaim rule moves, or that somebody recycles by hand, wait here until they are restored or their time is up."
      action={<ButtonLink href={rulesHref}>Open reclaim rules</ButtonLink>}
    />
  );
}
