"use client";

import { ChevronRight, Link2, TriangleAlert } from "lucide-react";
import { type MouseEvent, memo } from "react";
import type { ImageDto } from "@/contracts/images";
import type { SpaceDto } from "@/contracts/spaces";
import { cn } from "@/lib/cn";
import { formatRelative } from "@/lib/dates";
import { registryHost } from "../spaces/registry-host";
import { Bytes } from "../ui/bytes";
import { Digest } from "../ui/digest";
import { RelativeTime } from "../ui/relative-time";
import { Badge } from "../ui/status-pill";
import { useNow } from "../ui/use-now";
import { platformsText, referrersText, sharedText } from "./image-words";
import { pullReferences, withoutPrefix } from "./pull-reference";
import { RowCopyButton } from "./row-copy-button";

export const COLUMN_COUNT = 7;
const TAGS_SHOWN = 4;

const cellStyles = "px-2 py-1.5 align-top leading-5 narrow:block narrow:p-0";

export type ImageRowProps = {
  image: ImageDto;
  space: SpaceDto | undefined;
  rowIndex: number | undefined;
  isRepositoryShown: boolean;
  isOpen: boolean;
  onToggle: (image: ImageDto) => void;
};

/** One image in a line or two; the whole row opens and closes its details. Memoised: scrolling must only render the rows that come in. */
export const ImageRow = memo(function ImageRow({
  image,
  space,
  rowIndex,
  isRepositoryShown,
  isOpen,
  onToggle,
}: ImageRowProps) {
  const onClick = (event: MouseEvent<HTMLTableRowElement>) => {
    const isOwnControl = event.target instanceof Element && event.target.closest("button, a") !== null;
    // Marking text with the mouse is no wish to open.
    if (!isOwnControl && window.getSelection()?.isCollapsed !== false) onToggle(image);
  };
  const name = space ? withoutPrefix(image.repositoryName, space.prefix) : image.repositoryName;
  const references = space ? pullReferences(registryHost(space.registryUrl), image) : undefined;
  const referrers = referrersText(image.referrers);
  const missing = image.platforms.filter((platform) => platform.isMissing).length;
  return (
    <tr
      aria-rowindex={rowIndex}
      onClick={onClick}
      className="group/row cursor-pointer hover:bg-hover narrow:relative narrow:flex narrow:flex-wrap narrow:items-baseline narrow:gap-x-4 narrow:gap-y-1 narrow:py-2.5 narrow:pr-2 narrow:pl-8"
    >
      <td className={cn(cellStyles, "pr-0 pl-1 narrow:absolute narrow:top-2 narrow:left-0")}>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={`Details of ${name}${image.tags[0] ? `:${image.tags[0]}` : `, untagged, ${image.digest.slice(7, 19)}`}`}
          onClick={() => onToggle(image)}
          className="flex size-6 items-center justify-center rounded-sm text-subtle hover:bg-rule hover:text-ink"
        >
          <ChevronRight
            className={cn("size-4 transition-transform duration-100", isOpen && "rotate-90")}
            aria-hidden="true"
          />
        </button>
      </td>
      <td className={cn(cellStyles, "narrow:basis-full")}>
        <div className="flex items-start justify-between gap-2">
          <div className="flex min-w-0 flex-col gap-0.5">
            {isRepositoryShown ? (
              <code title={image.repositoryName} className="truncate text-sm leading-5">
                {name}
              </code>
            ) : null}
            <Tags image={image} />
          </div>
          {references ? (
            <RowCopyButton
              text={`docker pull ${references.byTag ?? references.byDigest}`}
              label="Copy pull command"
              className="narrow:hidden"
            />
          ) : null}
        </div>
      </td>
      <td className={cellStyles}>
        <span className="block truncate" title={image.platforms.map(({ platform }) => platform).join(", ")}>
          {platformsText(image)}
        </span>
        {missing > 0 ? (
          <span className="flex items-center gap-1 text-danger text-sm">
            <TriangleAlert className="size-3.5" aria-hidden="true" />
            {missing} missing
          </span>
        ) : null}
        {referrers ? (
          <span className="flex min-w-0 items-center gap-1 text-sm text-subtle" title={`With ${referrers}`}>
            <Link2 className="size-3.5 shrink-0" aria-hidden="true" />
            <span className="truncate">{referrers}</span>
          </span>
        ) : null}
      </td>
      <td className={cn(cellStyles, "narrow:hidden")}>
        <span className="flex items-center gap-0.5">
          <Digest value={image.digest} copy={false} />
          <RowCopyButton text={image.digest} label="Copy digest" className="-my-0.5" />
        </span>
      </td>
      <td className={cn(cellStyles, "text-right narrow:text-left")}>
        <Bytes value={image.logicalBytes} />
        <span className="block text-sm text-subtle tabular-nums narrow:inline narrow:pl-2" title={sharedText(image)}>
          <Bytes value={image.uniqueBytes} />
          &nbsp;unique
        </span>
      </td>
      <td className={cn(cellStyles, "medium:hidden narrow:block")}>
        <RelativeTime at={image.pushedAt} />
        {image.isPushTimeBackdated ? (
          <span
            className="block text-sm text-subtle narrow:inline narrow:pl-2"
            title="The demo set this push time back."
          >
            demo
          </span>
        ) : null}
      </td>
      <td className={cn(cellStyles, "medium:hidden narrow:hidden")}>
        <RelativeTime at={image.lastPulledAt} className={image.lastPulledAt === null ? "text-subtle" : undefined} />
      </td>
    </tr>
  );
});

function Tags({ image }: { image: ImageDto }) {
  if (image.tags.length === 0) return <Untagged since={image.untaggedSince} />;
  const shown = image.tags.slice(0, TAGS_SHOWN);
  const hidden = image.tags.length - shown.length;
  return (
    <span className="flex min-w-0 flex-wrap gap-1" title={hidden > 0 ? image.tags.join(", ") : undefined}>
      {shown.map((tag) => (
        <Badge key={tag} mono>
          {tag}
        </Badge>
      ))}
      {hidden > 0 ? <span className="text-sm text-subtle leading-5">+ {hidden}</span> : null}
    </span>
  );
}

function Untagged({ since }: { since: string | null }) {
  const now = useNow(60_000);
  return (
    <span className="flex items-baseline gap-2">
      <Badge tone="warning">untagged</Badge>
      {since !== null && now !== undefined ? (
        <span className="truncate text-sm text-subtle">{untaggedFor(now, since)}</span>
      ) : null}
    </span>
  );
}

/** "5 months ago" is when it happened; as a state it has lasted "for 5 months". */
function untaggedFor(now: number, since: string): string {
  const distance = formatRelative(now, since);
  return distance.endsWith(" ago") ? `for ${distance.slice(0, -4)}` : distance;
}
