import Link from "next/link";
import type { RepositoryStorageDto, SpaceStorageDto, StorageSampleDto } from "@/contracts/storage";
import { formatDateTime } from "@/lib/dates";
import { group } from "../history/run-words";
import { repositoryPath } from "../images/image-path";
import { Bytes } from "../ui/bytes";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { sampleShare, shareText } from "./storage-words";

const numeric = { align: "end", width: "120px" } as const;

const SAMPLE_COLUMNS: Column<StorageSampleDto>[] = [
  { id: "at", header: "Measured", priority: 1, cell: (sample) => formatDateTime(sample.at) },
  { id: "images", header: "Images", ...numeric, cell: (sample) => group(sample.imageCount) },
  { id: "logical", header: "Logical", ...numeric, cell: (sample) => <Bytes value={sample.logicalBytes} /> },
  { id: "stored", header: "Stored", ...numeric, cell: (sample) => <Bytes value={sample.storedBytes} /> },
  { id: "untagged", header: "Only untagged", ...numeric, cell: (sample) => <Bytes value={sample.untaggedBytes} /> },
  { id: "bin", header: "Recycle bin", ...numeric, cell: (sample) => <Bytes value={sample.binBytes} /> },
  { id: "freed", header: "Freed so far", ...numeric, cell: (sample) => <Bytes value={sample.freedBytes} /> },
  {
    ...{ id: "share", header: "Reclaimable", ...numeric },
    cell: (sample) => {
      const share = sampleShare(sample);
      return share === null ? "–" : shareText(share);
    },
  },
];

/** The samples of a space, newest first. */
export function SamplesTable({ samples }: { samples: readonly StorageSampleDto[] }) {
  return (
    <DataTable
      label="Storage over time"
      columns={SAMPLE_COLUMNS}
      rows={samples.toReversed()}
      rowKey={(sample) => sample.at}
      empty={null}
    />
  );
}

/** The largest repositories, with the others in a line below. */
export function RepositoriesTable({
  repositories,
  workspaceSlug,
  spaceId,
}: {
  repositories: SpaceStorageDto["repositories"];
  workspaceSlug: string;
  spaceId: string;
}) {
  const columns: Column<RepositoryStorageDto>[] = [
    {
      ...{ id: "name", header: "Repository", priority: 1 },
      cell: (one) => (
        <Link
          href={repositoryPath(workspaceSlug, spaceId, one.name)}
          className="font-medium underline-offset-2 hover:underline"
        >
          {one.name}
        </Link>
      ),
    },
    { id: "images", header: "Images", ...numeric, cell: (one) => group(one.imageCount) },
    { id: "untagged", header: "Untagged", ...numeric, cell: (one) => group(one.untaggedCount) },
    { id: "logical", header: "Logical", ...numeric, cell: (one) => <Bytes value={one.logicalBytes} /> },
    {
      ...{ id: "stored", header: "Stored", ...numeric },
      cell: (one) => <Bytes value={one.storedBytes} about={one.isSizeStale} />,
    },
  ];
  const { items, others } = repositories;
  return (
    <div className="flex flex-col gap-2">
      <DataTable label="Repositories by size" columns={columns} rows={items} rowKey={(one) => one.name} empty={null} />
      {others ? (
        <p className="text-muted">
          And {group(others.count)} smaller ones with {group(others.imageCount)} images,{" "}
          <Bytes value={others.storedBytes} about /> together.
        </p>
      ) : null}
    </div>
  );
}
