"use client";

import Link from "next/link";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import type { RunDto } from "@/contracts/history";
import { RUN_CHANGES, type RunChange, type RunItemChangeDto } from "@/contracts/run-items";
import { ChoiceChips } from "../reclaim/choice-chips";
import { PagedRows } from "../reclaim/paged-rows";
import { Bytes } from "../ui/bytes";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { Digest } from "../ui/digest";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { StatusPill } from "../ui/status-pill";
import { MarkedText } from "./marked-text";
import { useRunComparison } from "./queries";
import { RepositoryName } from "./repository-name";
import { changeLook } from "./run-item-words";
import { group, runKindLabel, runStarterText } from "./run-words";
import { spacePath } from "./space-path";
import { TagList } from "./tag-list";

const SHOWN = ["all", ...RUN_CHANGES] as const;

/** What differs between a plan and the last preview of the same rules before it, or another run that the address names. */
export function RunChanges({
  workspaceId,
  workspaceSlug,
  spaceId,
  run,
}: {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  run: RunDto;
}) {
  const [{ change, against }, setView] = useQueryStates(
    { change: parseAsStringLiteral(SHOWN).withDefault("all"), against: parseAsString },
    { history: "replace" },
  );
  const comparison = useRunComparison(workspaceId, run.id, {
    ...(change === "all" ? {} : { change }),
    ...(against === null ? {} : { against }),
  });
  const first = comparison.data?.pages[0];
  const earlier = first?.against;
  if (first && !earlier) {
    return (
      <EmptyState
        className="py-8"
        title="Nothing to compare with"
        description="There is no earlier preview of the same rules whose verdicts are still kept. Preview the rules again later, and what changed stands here."
      />
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <ChoiceChips
          label="Which changes"
          value={change}
          onValueChange={(next) => setView({ change: next === "all" ? null : next })}
          options={SHOWN.filter((value) => value === "all" || value === change || (first?.totals[value] ?? 0) > 0).map(
            (value) => ({
              value,
              label: (
                <>
                  {value === "all" ? "All changes" : changeLook(value).label}
                  {first ? (
                    <span className="pl-1.5 font-normal text-subtle tabular-nums">
                      {group(countOf(value, first.totals))}
                    </span>
                  ) : null}
                </>
              ),
            }),
          )}
        />
        {earlier && first ? (
          <p className="text-muted">
            Since the{" "}
            <Link
              href={spacePath(workspaceSlug, spaceId, "runs", earlier.id)}
              className="font-medium text-accent underline-offset-2 hover:underline"
            >
              {runKindLabel(earlier).toLowerCase()}
            </Link>{" "}
            of <RelativeTime at={earlier.createdAt} /> {runStarterText(earlier)}; {group(first.totals.same)} unchanged
          </p>
        ) : null}
      </div>
      <PagedRows query={comparison} noun={["change"]}>
        <DataTable
          label="What changed since the preview before"
          columns={COLUMNS}
          rows={comparison.data?.pages.flatMap((page) => page.items)}
          rowKey={(row) => `${row.repositoryName}@${row.digest}`}
          error={problemOf(comparison.error)}
          onRetry={() => comparison.refetch()}
          empty={
            <EmptyState
              className="py-8"
              title="Nothing changed"
              description={
                change === "all"
                  ? "Every image has the verdict that it had then, and none came or went."
                  : "No image changed in this way."
              }
            />
          }
          className="wide:[&_table]:min-w-[1000px] wide:overflow-x-auto"
        />
      </PagedRows>
    </div>
  );
}

function countOf(shown: (typeof SHOWN)[number], totals: Record<RunChange, number>): number {
  return shown === "all" ? RUN_CHANGES.reduce((sum, change) => sum + totals[change], 0) : totals[shown];
}

const COLUMNS: readonly Column<RunItemChangeDto>[] = [
  {
    id: "image",
    header: "Image",
    priority: 1,
    wrap: true,
    cell: (item) => (
      <span className="flex min-w-0 flex-col">
        <RepositoryName name={item.repositoryName} />
        <span className="text-subtle">
          <Digest value={item.digest} />
        </span>
      </span>
    ),
  },
  { id: "tags", header: "Tags", width: "15%", wrap: true, cell: (item) => <TagList tags={item.tags} /> },
  {
    id: "change",
    header: "Change",
    width: "112px",
    cell: (item) => {
      const { label, tone } = changeLook(item.change);
      return (
        <StatusPill tone={tone} look="plain">
          {label}
        </StatusPill>
      );
    },
  },
  {
    id: "before",
    header: "Before",
    width: "25%",
    wrap: true,
    cell: (item) => <Side side={item.before} none="was not there" />,
  },
  {
    id: "after",
    header: "Now",
    width: "25%",
    wrap: true,
    cell: (item) => <Side side={item.after} none="is not there any more" />,
  },
  { id: "size", header: "Size", width: "84px", align: "end", cell: (item) => <Bytes value={item.logicalBytes} /> },
];

function Side({ side, none }: { side: RunItemChangeDto["after"]; none: string }) {
  if (side === null) return <span className="text-subtle">{none}</span>;
  return (
    <span>
      <MarkedText>{side.reasonText}</MarkedText>
      {side.state === "left_out" ? <span className="block text-muted">left out by a limit</span> : null}
    </span>
  );
}
