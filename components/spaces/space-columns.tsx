import Link from "next/link";
import type { ReactNode } from "react";
import { RULES_PER_SPACE_MAX } from "@/contracts/rules";
import type { SpaceDto } from "@/contracts/spaces";
import { group } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { Bytes } from "../ui/bytes";
import type { Column, Sort } from "../ui/data-table-columns";
import { Badge, StatusPill } from "../ui/status-pill";

export const SPACE_SORTS = ["name", "prefix", "repositories", "images", "tags", "stored", "bin", "rules"] as const;
type SpaceSort = (typeof SPACE_SORTS)[number];

const VALUE: Record<SpaceSort, (space: SpaceDto) => string | number> = {
  name: (space) => space.name.toLowerCase(),
  prefix: (space) => space.prefix,
  repositories: (space) => space.repositoryCount,
  images: (space) => space.imageCount,
  tags: (space) => space.tagCount,
  stored: (space) => space.storedBytes,
  bin: (space) => space.binBytes,
  rules: (space) => space.ruleCount,
};

/** The spaces in another order; equal ones stay by name. */
export function sortSpaces(spaces: readonly SpaceDto[], sort: SpaceSort, order: Sort["direction"]): SpaceDto[] {
  const value = VALUE[sort];
  const sign = order === "ascending" ? 1 : -1;
  return [...spaces].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === right) return a.name.localeCompare(b.name, "en");
    return (left < right ? -1 : 1) * sign;
  });
}

/** The columns of the list of spaces; the name leads into the space, `menu` makes what stands at the end of a row. */
export function spaceColumns(workspaceSlug: string, menu: (space: SpaceDto) => ReactNode): Column<SpaceDto>[] {
  const numeric = { align: "end", sortable: true, firstDirection: "descending" } as const;
  return [
    {
      id: "name",
      header: "Name",
      priority: 1,
      sortable: true,
      cell: (space) => (
        <Link
          href={spacePath(workspaceSlug, space.id, "images")}
          className="font-medium underline-offset-2 hover:underline"
        >
          {space.name}
        </Link>
      ),
    },
    {
      id: "prefix",
      header: "Prefix",
      sortable: true,
      cell: (space) => (
        <code title={space.prefix} className="text-muted">
          {space.prefix}
        </code>
      ),
    },
    {
      id: "registry",
      header: "Registry",
      width: "13%",
      cell: (space) => (
        <span title={space.registryUrl} className="text-muted">
          {space.registryName}
        </span>
      ),
    },
    { id: "bound", header: "Bound to", width: "11%", cell: (space) => <Sharing space={space} /> },
    {
      id: "repositories",
      header: "Repositories",
      width: "104px",
      ...numeric,
      cell: (space) => group(space.repositoryCount),
    },
    { id: "images", header: "Images", width: "78px", ...numeric, cell: (space) => group(space.imageCount) },
    { id: "tags", header: "Tags", width: "70px", ...numeric, cell: (space) => group(space.tagCount) },
    {
      id: "stored",
      header: "Stored",
      width: "92px",
      ...numeric,
      cell: (space) => <Bytes value={space.storedBytes} about={space.isStoredAbout} />,
    },
    {
      id: "bin",
      header: "In bin",
      width: "92px",
      ...numeric,
      cell: (space) =>
        space.binEntryCount === 0 ? (
          <span className="text-subtle">{space.access === "reader" ? "–" : "empty"}</span>
        ) : (
          <span
            title={`Kept by the recycle bin alone; ${space.binEntryCount === 1 ? "1 image is" : `${group(space.binEntryCount)} images are`} in it`}
          >
            <Bytes value={space.binBytes} />
          </span>
        ),
    },
    {
      id: "rules",
      header: "Rules",
      width: "70px",
      ...numeric,
      cell: (space) => (
        <span className={space.ruleCount === 0 ? "text-subtle" : undefined}>
          {space.access === "reader" ? "–" : `${space.ruleCount}/${RULES_PER_SPACE_MAX}`}
        </span>
      ),
    },
    {
      id: "running",
      header: "Running",
      width: "96px",
      cell: (space) =>
        space.activeRunCount === 0 ? (
          <span className="text-subtle">–</span>
        ) : (
          <StatusPill tone="progress" look="plain">
            {space.activeRunCount === 1 ? "1 run" : `${space.activeRunCount} runs`}
          </StatusPill>
        ),
    },
    { id: "actions", header: "Actions", hideHeader: true, width: "48px", align: "end", cell: menu },
  ];
}

/** Who may read the space besides its owner; whose it is, where it is another workspace's. Names are told on hover. */
function Sharing({ space }: { space: SpaceDto }) {
  if (space.access === "reader") {
    return (
      <Badge tone="info">
        <span title={space.isPublic ? "Public: every workspace may read it" : "Bound to this workspace"}>
          of {space.ownerName}
        </span>
      </Badge>
    );
  }
  const [first] = space.boundTo;
  return (
    <span className="inline-flex max-w-full items-center gap-1.5">
      {space.isPublic ? <Badge tone="warning">public</Badge> : null}
      {first === undefined ? (
        space.isPublic ? null : (
          <span className="text-subtle">No binding</span>
        )
      ) : (
        <span className="truncate" title={space.boundTo.join(", ")}>
          {space.boundTo.length === 1 ? first : `${space.boundTo.length} workspaces`}
        </span>
      )}
    </span>
  );
}
