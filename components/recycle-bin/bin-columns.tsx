import type { BinEntryDto } from "@/contracts/recycle-bin";
import { MarkedText } from "../history/marked-text";
import { RepositoryName } from "../history/repository-name";
import { TagList } from "../history/tag-list";
import { Bytes } from "../ui/bytes";
import type { Column } from "../ui/data-table-columns";
import { Digest } from "../ui/digest";
import { RelativeTime } from "../ui/relative-time";
import { StatusPill, type StatusTone } from "../ui/status-pill";
import { DaysLeft } from "./days-left";

const STATE: Record<BinEntryDto["state"], { label: string; tone: StatusTone } | null> = {
  recycling: { label: "half-made copy", tone: "neutral" },
  held: null,
  restoring: { label: "being restored", tone: "progress" },
  restored: { label: "restored", tone: "positive" },
  purging: { label: "being purged", tone: "danger" },
  purged: { label: "purged", tone: "neutral" },
};

/** An entry that moves now or has left is not to be chosen. */
export function isHeld(entry: BinEntryDto): boolean {
  return entry.state === "held";
}

/** What the bin's table shows; the column of row actions is added by the page. */
export function binColumns(hasSpaces: boolean): readonly Column<BinEntryDto>[] {
  if (!hasSpaces) return [IMAGE, ...REST];
  // Room for one column more.
  return [IMAGE, SPACE, ...REST.map((column) => ({ ...column, ...NARROWER[column.id] }))];
}

const NARROWER: Record<string, { width: string }> = { tags: { width: "12%" }, why: { width: "20%" } };

const SPACE: Column<BinEntryDto> = {
  id: "space",
  header: "Space",
  width: "96px",
  wrap: true,
  cell: (entry) => entry.spaceName,
};

const IMAGE: Column<BinEntryDto> = {
  id: "image",
  header: "Image",
  priority: 1,
  wrap: true,
  cell: (entry) => {
    const state = STATE[entry.state];
    return (
      <span className="flex min-w-0 flex-col">
        <RepositoryName name={entry.repositoryName} />
        <span className="flex flex-wrap items-center gap-x-2 text-subtle">
          <Digest value={entry.digest} />
          {state ? (
            <StatusPill tone={state.tone} look="plain">
              {state.label}
            </StatusPill>
          ) : null}
          {entry.missing.length > 0 ? (
            <StatusPill tone="danger" look="plain">
              damaged
            </StatusPill>
          ) : null}
          {entry.problem ? (
            <StatusPill tone="danger" look="plain">
              {entry.problem.action} failed
            </StatusPill>
          ) : null}
        </span>
      </span>
    );
  },
};

const REST: readonly Column<BinEntryDto>[] = [
  {
    id: "tags",
    header: "Tags",
    width: "15%",
    wrap: true,
    cell: (entry) => <TagList tags={entry.tags} />,
  },
  {
    id: "why",
    header: "Why",
    width: "24%",
    wrap: true,
    cell: (entry) => <MarkedText>{entry.reasonText}</MarkedText>,
  },
  {
    id: "recycled",
    header: "Recycled",
    width: "124px",
    wrap: true,
    cell: (entry) => (
      <span className="flex flex-col">
        <RelativeTime at={entry.recycledAt} none="just now" />
        <span className="truncate text-sm text-subtle">by {entry.actorName}</span>
      </span>
    ),
  },
  { id: "left", header: "Time left", width: "88px", cell: (entry) => <DaysLeft until={entry.purgeAfter} /> },
  { id: "size", header: "Size", width: "80px", align: "end", cell: (entry) => <Bytes value={entry.logicalBytes} /> },
  {
    id: "unique",
    header: "Purge frees",
    width: "118px",
    align: "end",
    cell: (entry) => <Bytes value={entry.uniqueBytes} about />,
  },
];
