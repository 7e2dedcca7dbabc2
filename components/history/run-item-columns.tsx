import type { RunDto } from "@/contracts/history";
import type { RunItemDto } from "@/contracts/run-items";
import { Bytes } from "../ui/bytes";
import type { Column } from "../ui/data-table-columns";
import { Digest } from "../ui/digest";
import { RelativeTime } from "../ui/relative-time";
import { StatusPill, type StatusTone } from "../ui/status-pill";
import { MarkedText } from "./marked-text";
import { RepositoryName } from "./repository-name";
import { moveLook, verdictLook } from "./run-item-words";
import { TagList } from "./tag-list";

// The ids of columns that sort are the names of the orders that the server knows.

const IMAGE: Column<RunItemDto> = {
  id: "image",
  header: "Image",
  priority: 1,
  sortable: true,
  wrap: true,
  cell: (item) => (
    <span className="flex min-w-0 flex-col">
      <RepositoryName name={item.repositoryName} />
      <span className="flex flex-wrap items-center gap-x-2 text-subtle">
        <Digest value={item.digest} />
        {item.memberCount > 0 ? (
          <span
            className="whitespace-nowrap text-sm"
            title={`${item.memberCount} more inside: platforms, signatures and the like go where it goes`}
          >
            + {item.memberCount}
          </span>
        ) : null}
      </span>
    </span>
  ),
};

const TAGS: Column<RunItemDto> = {
  id: "tags",
  header: "Tags",
  width: "14%",
  wrap: true,
  cell: (item) => <TagList tags={item.tags} selected={item.action === "untag" ? item.selectedTags : undefined} />,
};

/** Why, by which rule or guard; below it what went wrong or held it back. */
const REASON: Column<RunItemDto> = {
  id: "reason",
  header: "Rule or guard",
  width: "23%",
  sortable: true,
  wrap: true,
  cell: (item) => (
    <span>
      <MarkedText>{item.reasonText}</MarkedText>
      {item.error ? (
        <span className={`block ${item.state === "failed" ? "text-danger" : "text-muted"}`}>{item.error}</span>
      ) : null}
    </span>
  ),
};

/** The verdict; below it, where it is more than that, how the move went. */
function verdictColumn(hasMoves: boolean): Column<RunItemDto> {
  return {
    id: "verdict",
    header: hasMoves ? "Verdict, state" : "Verdict",
    width: "118px",
    sortable: true,
    wrap: true,
    cell: (item) => (
      <span className="flex flex-col">
        <Pill {...verdictLook(item)} />
        {(hasMoves && item.action !== "keep") || item.state === "left_out" ? <Pill {...moveLook(item)} /> : null}
      </span>
    ),
  };
}

const MOVE: Column<RunItemDto> = {
  id: "verdict",
  header: "State",
  width: "136px",
  sortable: true,
  wrap: true,
  cell: (item) => <Pill {...moveLook(item)} />,
};

function Pill({ tone, label }: { tone: StatusTone; label: string }) {
  return (
    <StatusPill tone={tone} look="plain" className="whitespace-normal">
      {label}
    </StatusPill>
  );
}

const PUSHED: Column<RunItemDto> = {
  id: "pushed",
  header: "Pushed",
  width: "92px",
  sortable: true,
  wrap: true,
  cell: (item) => <RelativeTime at={item.pushedAt} none="unknown" />,
};

const PULLED: Column<RunItemDto> = {
  id: "pulled",
  header: "Last pull",
  width: "92px",
  sortable: true,
  wrap: true,
  cell: (item) =>
    item.lastPulledAt === null ? <span className="text-subtle">never</span> : <RelativeTime at={item.lastPulledAt} />,
};

const SIZE: Column<RunItemDto> = {
  id: "size",
  header: "Size",
  width: "82px",
  align: "end",
  sortable: true,
  firstDirection: "descending",
  cell: (item) => <Bytes value={item.logicalBytes} />,
};

/** Bytes that were measured only of what goes: a zero would say that they were. */
function measured(id: "own" | "shared", header: string): Column<RunItemDto> {
  return {
    ...{ id, header, width: "82px", align: "end", sortable: true, firstDirection: "descending" },
    cell: (item) => {
      const value = id === "own" ? item.ownBytes : item.sharedBytes;
      return value === null ? (
        <span className="text-subtle" title="Measured of images that go as a whole">
          –
        </span>
      ) : (
        <Bytes value={value} />
      );
    },
  };
}

const OWN = measured("own", "Own");
const SHARED = measured("shared", "Shared");

/** The columns of a run's table: for a plan and the run that is made from it the same. */
export function runItemColumns(run: Pick<RunDto, "kind" | "isDryRun">): readonly Column<RunItemDto>[] {
  if (run.kind !== "reclaim") return [IMAGE, TAGS, REASON, MOVE, SIZE];
  return [IMAGE, TAGS, verdictColumn(!run.isDryRun), REASON, PUSHED, PULLED, SIZE, OWN, SHARED];
}
