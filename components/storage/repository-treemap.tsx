"use client";

import Link from "next/link";
import type { SpaceStorageDto } from "@/contracts/storage";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { repositoryPath } from "../images/image-path";
import { Tooltip } from "../ui/tooltip";
import { Swatch } from "./reclaimable-bar";
import { aboutBytes, fittingName } from "./storage-words";
import { type Cell, treemapLayout } from "./treemap-layout";
import { useWidth } from "./use-width";

const WIDE_HEIGHT = 320;
const NARROW_HEIGHT = 420;
const NARROW_PX = 560;
const GAP = 2;
const PAD = 8;
const CHAR_PX = 7.2;
/** From this share of untagged images on a repository stands out. */
const MANY_UNTAGGED = 0.25;

type Item = {
  name: string;
  href: string;
  bytes: number;
  isAbout: boolean;
  imageCount: number;
  untaggedCount: number;
};

/** Repositories by what they store: the largest forty, and the others as one. Each cell leads to the repository's images. */
export function RepositoryTreemap({
  repositories,
  workspaceSlug,
  spaceId,
}: {
  repositories: SpaceStorageDto["repositories"];
  workspaceSlug: string;
  spaceId: string;
}) {
  const [ref, width] = useWidth<HTMLDivElement>(960);
  const height = width < NARROW_PX ? NARROW_HEIGHT : WIDE_HEIGHT;
  const items = itemsOf(repositories, workspaceSlug, spaceId);
  const cells = treemapLayout(
    items.map((item) => item.bytes),
    width,
    height,
  );
  return (
    <div className="flex flex-col gap-2">
      <div ref={ref} className="relative" style={{ height }}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot hold a drawing */}
        <svg
          role="group"
          aria-label="Repositories by stored size"
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          className="absolute inset-0 size-full"
        >
          {items.map((item, index) => {
            const cell = cells[index];
            if (!cell || cell.width < 1 || cell.height < 1) return null;
            return (
              <Tooltip key={item.name} content={describe(item)}>
                <Link href={item.href} aria-label={describe(item)} className="group outline-none">
                  <rect
                    x={cell.x + GAP / 2}
                    y={cell.y + GAP / 2}
                    width={Math.max(0.5, cell.width - GAP)}
                    height={Math.max(0.5, cell.height - GAP)}
                    rx={2}
                    className={`${fillOf(item)} stroke-rule-strong group-hover:stroke-ink group-focus-visible:stroke-[3px] group-focus-visible:stroke-focus`}
                  />
                </Link>
              </Tooltip>
            );
          })}
          {/* Beside the links, not in them: what is cut short on screen is whole in their names. */}
          {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: text of a drawing takes no focus */}
          <g aria-hidden="true" className="pointer-events-none">
            {items.map((item, index) => (
              <CellText key={item.name} item={item} cell={cells[index]} />
            ))}
          </g>
        </svg>
      </div>
      <ul className="flex flex-wrap gap-x-6 gap-y-1 text-muted">
        <li className="flex items-baseline gap-1.5">
          <Swatch className="fill-accent-soft stroke-rule-strong" />
          mostly tagged images
        </li>
        <li className="flex items-baseline gap-1.5">
          <Swatch className="fill-warning-soft stroke-rule-strong" />a quarter of the images or more have no tag
        </li>
      </ul>
    </div>
  );
}

/** As much of a repository's name and size as fits into its cell. */
function CellText({ item, cell }: { item: Item; cell: Cell | undefined }) {
  if (!cell || cell.height < 26) return null;
  const room = cell.width - 2 * PAD;
  const name = fittingName(item.name, room, CHAR_PX);
  const size = aboutBytes(item.bytes, item.isAbout);
  if (name === "") return null;
  return (
    <>
      <text x={cell.x + PAD} y={cell.y + 20} className="fill-ink font-medium text-base">
        {name}
      </text>
      {cell.height >= 46 && size.length * CHAR_PX <= room ? (
        <text x={cell.x + PAD} y={cell.y + 37} className="fill-muted text-sm tabular-nums">
          {size}
        </text>
      ) : null}
    </>
  );
}

function itemsOf(repositories: SpaceStorageDto["repositories"], workspaceSlug: string, spaceId: string): Item[] {
  const items = repositories.items.map((one) => ({
    ...{ name: one.name, bytes: one.storedBytes, isAbout: one.isSizeStale },
    ...{ imageCount: one.imageCount, untaggedCount: one.untaggedCount },
    href: repositoryPath(workspaceSlug, spaceId, one.name),
  }));
  const { others } = repositories;
  if (!others) return items;
  return [
    ...items,
    {
      ...{ name: `${count(others.count, "other")}`, bytes: others.storedBytes, isAbout: true },
      ...{ imageCount: others.imageCount, untaggedCount: 0 },
      href: `${spacePath(workspaceSlug, spaceId, "images")}?view=repositories`,
    },
  ];
}

function fillOf(item: Item): string {
  const isMany = item.untaggedCount > 0 && item.untaggedCount / item.imageCount >= MANY_UNTAGGED;
  return isMany ? "fill-warning-soft" : "fill-accent-soft";
}

function describe(item: Item): string {
  const untagged = item.untaggedCount > 0 ? `, ${count(item.untaggedCount, "without a tag", "without a tag")}` : "";
  const size = `${item.isAbout ? "about " : ""}${formatBytes(item.bytes)}`;
  return `${item.name}: ${size}, ${count(item.imageCount, "image")}${untagged}`;
}
