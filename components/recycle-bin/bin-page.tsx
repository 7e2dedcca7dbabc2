"use client";

import { Trash2 } from "lucide-react";
import { useDeferredValue, useState } from "react";
import type { BinEntryDto } from "@/contracts/recycle-bin";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { PagedRows } from "../reclaim/paged-rows";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { useSpaces } from "../spaces/queries";
import { Button, ButtonLink } from "../ui/button";
import { DataTable } from "../ui/data-table";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { SelectionBar } from "../ui/selection-bar";
import { BinActions, EntryMenu } from "./bin-actions";
import { binColumns, isHeld } from "./bin-columns";
import { BinEntrySheet } from "./bin-entry-sheet";
import { BinFilterBar } from "./bin-filter-bar";
import { BinNotices } from "./bin-notices";
import { BinTotals } from "./bin-totals";
import { filterOf, isFiltered, orderOf, useBinView } from "./bin-view";
import { FollowedRun } from "./followed-run";
import { numbersOfEntries, numbersOfSummary, PurgeDialog } from "./purge-dialog";
import { type BinSelection, useBinEntries, useBinFacets, useBinSummary, useStartPurge } from "./queries";
import { RestoreDialog } from "./restore-dialog";
import type { RestoreTarget } from "./restore-question";
import { useProblemActions } from "./use-problem-actions";
import { useRestore } from "./use-restore";

export type BinPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  /** null = all spaces of the workspace */
  spaceId: string | null;
  permissions: readonly Permission[];
};

/** What a purge is asked about: named entries, or all that the filter finds. */
type PurgeAsked = { spaceId: string; title?: string } & ({ entries: readonly BinEntryDto[] } | { isAll: true });

/** What was recycled and can still be restored: the bin of a space, or those of all. */
export function BinPage({ workspaceId, workspaceSlug, spaceId, permissions }: BinPageProps) {
  const [view, setView] = useBinView();
  const filter = useDeferredValue(filterOf(view));
  /** The one space that everything in sight is of, where there is one. */
  const onlySpaceId = spaceId ?? view.space;
  const entries = useBinEntries(workspaceId, onlySpaceId, filter, orderOf(view));
  const whole = useBinSummary(workspaceId, spaceId, { state: "any" });
  const found = useBinSummary(workspaceId, onlySpaceId, filter);
  const rows = entries.data?.pages.flatMap((page) => page.items);
  const region = useSlashFocus<HTMLDivElement>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isAllSelected, setIsAllSelected] = useState(false);
  const [shown, setShown] = useState<BinEntryDto | null>(null);
  const [purging, setPurging] = useState<PurgeAsked | null>(null);
  const [followed, setFollowed] = useState<readonly { id: string; spaceId: string }[]>([]);
  const facets = useBinFacets(workspaceId, null, isAllSelected && onlySpaceId === null);
  const spaces = useSpaces(workspaceId, null);
  const spaceName = (id: string) => spaces.data?.items.find((space) => space.id === id)?.name;
  const purge = useStartPurge(workspaceId);
  const follow = (run: { id: string; spaceId: string }) => {
    setFollowed((known) => [run, ...known]);
    clear();
    setShown(null);
  };
  const clear = () => {
    setSelected(new Set());
    setIsAllSelected(false);
  };
  const restore = useRestore(workspaceId, follow);
  const problems = useProblemActions(workspaceId, follow);

  const chosen = (rows ?? []).filter((row) => selected.has(row.id) && isHeld(row));
  const foundCount = found.data?.entryCount ?? 0;
  const isMoreToSelect =
    !isAllSelected && chosen.length > 0 && chosen.length === rows?.length && foundCount > chosen.length;
  const purgedFilter: BinSelection = { filter, exceptIds: [] };

  const targetsOf = (targets: readonly BinEntryDto[]): RestoreTarget[] =>
    [...new Set(targets.map((entry) => entry.spaceId))].map((id) => ({
      spaceId: id,
      entryIds: targets.filter((entry) => entry.spaceId === id).map((entry) => entry.id),
    }));
  const allTargets = (): RestoreTarget[] =>
    (onlySpaceId === null ? (facets.data?.spaces.map((space) => space.value) ?? []) : [onlySpaceId]).map((id) => ({
      spaceId: id,
      ...purgedFilter,
    }));
  const chosenSpaceIds = [...new Set(chosen.map((entry) => entry.spaceId))];
  const bulkSpaceId = isAllSelected ? onlySpaceId : chosenSpaceIds.length === 1 ? (chosenSpaceIds[0] ?? null) : null;

  return (
    <div ref={region} className="flex flex-col gap-3">
      {followed.map((run) => (
        <FollowedRun
          key={run.id}
          workspaceId={workspaceId}
          workspaceSlug={workspaceSlug}
          spaceId={run.spaceId}
          runId={run.id}
          onDismiss={() => setFollowed((known) => known.filter(({ id }) => id !== run.id))}
        />
      ))}
      {whole.data ? (
        <BinNotices
          summary={whole.data}
          onShow={(state) => {
            clear();
            setView({ state });
          }}
        />
      ) : null}
      <BinTotals
        workspaceId={workspaceId}
        spaceId={onlySpaceId}
        summary={found.data}
        isFiltered={isFiltered(filter)}
        permissions={permissions}
        onEmpty={
          onlySpaceId === null
            ? null
            : () =>
                setPurging({
                  spaceId: onlySpaceId,
                  isAll: true,
                  ...(isFiltered(filter) ? {} : { title: "Empty the recycle bin?" }),
                })
        }
      />
      <BinFilterBar
        workspaceId={workspaceId}
        spaceId={spaceId}
        view={view}
        onChange={(patch) => {
          clear();
          setView(patch);
        }}
      />
      <PagedRows
        query={{ ...entries, data: withTotal(entries.data, found.data?.entryCount) }}
        noun={["entry", "entries"]}
      >
        <DataTable
          label="Recycle bin"
          columns={[
            ...binColumns(spaceId === null),
            {
              id: "menu",
              header: "Actions",
              hideHeader: true,
              width: "44px",
              align: "end",
              cell: (entry) => (
                <EntryMenu
                  entry={entry}
                  permissions={permissions}
                  onShow={() => setShown(entry)}
                  onRestore={(elsewhere) => restore.restore(targetsOf([entry]), elsewhere)}
                  onPurge={() => setPurging({ spaceId: entry.spaceId, entries: [entry] })}
                  onRetry={() => problems.retry(entry)}
                  onGiveUp={() => problems.giveUp(entry)}
                />
              ),
            },
          ]}
          rows={rows}
          rowKey={(entry) => entry.id}
          rowLabel={(entry) => `${entry.repositoryName} ${entry.tags[0] ?? entry.digest.slice(7, 19)}`}
          selection={{
            selected,
            onChange: (next) => {
              setSelected(next);
              setIsAllSelected(false);
            },
            isSelectable: isHeld,
          }}
          onRowActivate={setShown}
          error={problemOf(entries.error)}
          onRetry={() => entries.refetch()}
          empty={
            <BinEmpty
              isFiltered={isFiltered(filter) || view.space !== null}
              rulesHref={spaceId === null ? `/w/${workspaceSlug}/spaces` : spacePath(workspaceSlug, spaceId, "reclaim")}
              isOfSpace={spaceId !== null}
            />
          }
          className="wide:[&_table]:min-w-[960px] wide:overflow-x-auto"
        />
      </PagedRows>
      <SelectionBar
        count={isAllSelected ? foundCount : chosen.length}
        noun={(isAllSelected ? foundCount : chosen.length) === 1 ? "image" : "images"}
        detail={formatBytes(
          isAllSelected ? (found.data?.logicalBytes ?? 0) : chosen.reduce((sum, entry) => sum + entry.logicalBytes, 0),
        )}
        onClear={clear}
      >
        {isMoreToSelect ? (
          <Button size="sm" onClick={() => setIsAllSelected(true)}>
            Select all {count(foundCount, "image")}
          </Button>
        ) : null}
        <BinActions
          permissions={permissions}
          size="sm"
          isBusy={restore.isBusy}
          nothing={null}
          onRestore={() => restore.restore(isAllSelected ? allTargets() : targetsOf(chosen))}
          purgeReason={bulkSpaceId === null ? "Choose images of one registry space: its name confirms a purge." : null}
          onPurge={() => {
            if (bulkSpaceId === null) return;
            setPurging({ spaceId: bulkSpaceId, ...(isAllSelected ? { isAll: true } : { entries: chosen }) });
          }}
        />
      </SelectionBar>
      <BinEntrySheet
        workspaceId={workspaceId}
        workspaceSlug={workspaceSlug}
        entry={shown}
        onClose={() => setShown(null)}
        problems={problems}
        permissions={permissions}
        actions={
          shown && isHeld(shown) ? (
            <BinActions
              permissions={permissions}
              size="md"
              isBusy={restore.isBusy}
              nothing={null}
              onRestore={() => restore.restore(targetsOf([shown]))}
              onRestoreElsewhere={() => restore.restore(targetsOf([shown]), true)}
              purgeReason={null}
              onPurge={() => setPurging({ spaceId: shown.spaceId, entries: [shown] })}
            />
          ) : null
        }
      />
      <PurgeDialog
        numbers={
          purging !== null && "entries" in purging
            ? numbersOfEntries(purging.entries)
            : found.data
              ? numbersOfSummary(found.data)
              : numbersOfEntries([])
        }
        {...(purging?.title === undefined ? {} : { title: purging.title })}
        spaceName={purging === null ? "" : (spaceName(purging.spaceId) ?? "")}
        open={purging !== null && spaceName(purging.spaceId) !== undefined}
        onOpenChange={(open) => (open ? undefined : setPurging(null))}
        onConfirm={async () => {
          if (purging === null) return;
          const selection =
            "entries" in purging ? { entryIds: purging.entries.map((entry) => entry.id) } : purgedFilter;
          const typedName = spaceName(purging.spaceId) ?? "";
          follow(await purge.mutateAsync({ spaceId: purging.spaceId, ...selection, typedName }));
        }}
      />
      <RestoreDialog
        question={restore.question}
        isBusy={restore.isBusy}
        onCancel={restore.cancel}
        onCheckTarget={restore.checkTarget}
        onStart={restore.start}
      />
    </div>
  );
}

/** A page counts only so far; the sum beside it knows them all. */
function withTotal<Page extends { total: number }>(data: { pages: readonly Page[] } | undefined, total = 0) {
  return data && { pages: data.pages.map((page) => ({ ...page, total: Math.max(total, page.total) })) };
}

function BinEmpty({
  isFiltered: hasFilter,
  isOfSpace,
  rulesHref,
}: {
  isFiltered: boolean;
  isOfSpace: boolean;
  rulesHref: string;
}) {
  if (hasFilter)
    return <EmptyState title="Nothing in the bin matches" description="Change the search or the filters." />;
  return (
    <EmptyState
      icon={<Trash2 />}
      title={isOfSpace ? "The recycle bin is empty" : "The recycle bins are empty"}
      description="Images that a reclaim rule moves, or that somebody recycles by hand, wait here until they are restored or their time is up."
      action={<ButtonLink href={rulesHref}>{isOfSpace ? "Open reclaim rules" : "All registry spaces"}</ButtonLink>}
    />
  );
}
