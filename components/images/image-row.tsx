/* biome-ignore-all lint/a11y/useSemanticElements: rows are placed by themselves, which a table cannot do */
/* biome-ignore-all lint/a11y/useFocusableInteractive: one row at a time is in the tab order, its cells never */
/* biome-ignore-all lint/a11y/useKeyWithClickEvents: keys of rows are handled for all of them alike */
"use client";

import { Check, ChevronRight, Ellipsis, Link2, Pin, TriangleAlert } from "lucide-react";
import type { KeyboardEvent, MouseEvent, ReactNode } from "react";
import type { ImageDto } from "@/contracts/images";
import { cn } from "@/lib/cn";
import { formatRelative } from "@/lib/dates";
import { Bytes } from "../ui/bytes";
import { RelativeTime } from "../ui/relative-time";
import { Badge } from "../ui/status-pill";
import { useNow } from "../ui/use-now";
import {
  brokenText,
  imageLabel,
  kindText,
  pinText,
  platformChips,
  referrersText,
  sharedText,
  shortDigest,
  tagsThatFit,
} from "./image-words";
import { withoutPrefix } from "./pull-reference";
import { RowCopyButton } from "./row-copy-button";

/** Every closed row is this high: places in a list of 100,000 are reckoned, not measured. */
export const ROW_PX = { wide: 52, narrow: 84 };

/** The columns, shared by the head and every row. Below 640 px a row is a card. */
export const columnStyles = cn(
  "grid grid-cols-[28px_24px_minmax(0,1fr)_124px_104px_104px_60px] items-center gap-x-4",
  "medium:grid-cols-[28px_24px_minmax(0,1fr)_116px_104px_60px]",
  "narrow:grid-cols-[28px_minmax(0,1fr)_32px] narrow:items-start",
);

/** What a row lets one do; the same object for all rows, so that they need not be drawn again. */
export interface RowActions {
  /** Opens or closes the details under a row. */
  onExpand: (index: number) => void;
  onSelect: (index: number, how: "toggle" | "range") => void;
  onMenu: (index: number, at: { left: number; top: number }) => void;
  onFocus: (index: number) => void;
  onKey: (event: KeyboardEvent<HTMLElement>, index: number) => void;
  onOpen: (index: number, event: MouseEvent<HTMLAnchorElement>) => void;
}

export interface ImageRowProps {
  /** Undefined while its page is being read: then it only keeps its place, and the focus. */
  image: ImageDto | undefined;
  index: number;
  href: string;
  prefix: string;
  isRepositoryShown: boolean;
  isSelected: boolean;
  isOpen: boolean;
  isTabStop: boolean;
  pullCommand: string;
  /** since when a missing pull means something */
  neverPulledTitle: string;
  actions: RowActions;
}

type ReadRowProps = ImageRowProps & { image: ImageDto };

/** One image in two lines, without a popup of its own: scrolling draws some dozens of them a second. */
export function ImageRow(props: ImageRowProps) {
  const { image, index, actions, isSelected } = props;
  const onClick = (event: MouseEvent<HTMLElement>) => {
    if (event.target instanceof Element && event.target.closest("button, a, input, label")) return;
    if (event.shiftKey) return actions.onSelect(index, "range");
    if (event.metaKey || event.ctrlKey) return actions.onSelect(index, "toggle");
    // Marking text with the mouse is no wish to open.
    if (window.getSelection()?.isCollapsed !== false) actions.onExpand(index);
  };
  const label = image ? imageLabel(image) : "Loading";
  return (
    <div
      role="row"
      aria-busy={image === undefined || undefined}
      data-row={index}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      aria-label={label}
      tabIndex={props.isTabStop ? 0 : -1}
      onClick={onClick}
      onKeyDown={(event) => actions.onKey(event, index)}
      onFocus={() => actions.onFocus(index)}
      onMouseDown={(event) => {
        // Shift+click would mark text.
        if (event.shiftKey) event.preventDefault();
      }}
      onContextMenu={(event) => {
        if (window.getSelection()?.isCollapsed === false) return;
        event.preventDefault();
        actions.onMenu(index, { left: event.clientX, top: event.clientY });
      }}
      className={cn(
        columnStyles,
        "group/row h-[52px] cursor-pointer border-rule border-b px-1 focus-visible:-outline-offset-2 narrow:h-[84px] narrow:px-0 narrow:pt-2.5",
        isSelected ? "bg-selected" : "hover:bg-hover",
      )}
    >
      {image ? <Cells {...props} image={image} label={label} /> : <span role="gridcell" className="col-span-full" />}
    </div>
  );
}

function Cells(props: ReadRowProps & { label: string }) {
  const { image, index, label, isSelected, actions } = props;
  return (
    <>
      <span role="gridcell" className="flex justify-center">
        <SelectBox
          isChecked={isSelected}
          label={`Select ${label}`}
          onChange={(isRange) => actions.onSelect(index, isRange ? "range" : "toggle")}
        />
      </span>
      <span role="gridcell" className="narrow:hidden">
        <button
          type="button"
          tabIndex={-1}
          aria-expanded={props.isOpen}
          aria-label={`Details of ${label}`}
          onClick={() => actions.onExpand(index)}
          className="flex size-6 items-center justify-center rounded-sm text-subtle hover:bg-rule hover:text-ink"
        >
          <ChevronRight
            className={cn("size-4 transition-transform duration-100", props.isOpen && "rotate-90")}
            aria-hidden="true"
          />
        </button>
      </span>
      <span role="gridcell" className="min-w-0">
        <NameLine {...props} />
        <FactsLine image={image} isDigestShown={props.isRepositoryShown} />
        <span className="hidden items-baseline gap-3 pt-1 text-sm text-subtle narrow:flex">
          <Bytes value={image.logicalBytes} className="text-ink" />
          <span className="truncate">
            {image.isPushTimeFirstSeen ? "first seen" : "pushed"} <RelativeTime at={image.pushedAt} />
          </span>
        </span>
      </span>
      <span role="gridcell" className="text-right leading-5 narrow:hidden" title={sharedText(image)}>
        <Bytes value={image.logicalBytes} className="block" />
        <span className="block truncate text-sm text-subtle">{freesText(image)}</span>
      </span>
      <span role="gridcell" className="truncate narrow:hidden">
        <RelativeTime at={image.pushedAt} />
        {image.isPushTimeFirstSeen ? (
          <span
            className="block text-sm text-subtle"
            title="When it was pushed is not known: this is when it was first seen."
          >
            first seen
          </span>
        ) : null}
        {image.isPushTimeBackdated ? (
          <span className="block text-sm text-subtle" title="The demo set this push time back.">
            demo
          </span>
        ) : null}
      </span>
      <span role="gridcell" className="truncate medium:hidden">
        {image.lastPulledAt === null ? (
          <span className="text-subtle" title={props.neverPulledTitle}>
            never pulled
          </span>
        ) : (
          <RelativeTime at={image.lastPulledAt} />
        )}
      </span>
      <span role="gridcell" className="flex items-center justify-end narrow:-mt-1">
        <RowCopyButton text={props.pullCommand} label="Copy pull command" className="narrow:hidden" />
        <button
          type="button"
          tabIndex={-1}
          aria-haspopup="menu"
          aria-label={`Actions for ${label}`}
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            actions.onMenu(index, { left: box.right, top: box.bottom });
          }}
          className="flex size-7 items-center justify-center rounded-md text-subtle hover:bg-rule hover:text-ink narrow:size-8"
        >
          <Ellipsis className="size-4" aria-hidden="true" />
        </button>
      </span>
    </>
  );
}

/** "frees 12 MiB alone": what goes when this image alone goes, and nothing else. */
function freesText(image: ImageDto): ReactNode {
  if (image.uniqueBytes === 0) return "all of it shared";
  return (
    <>
      frees <Bytes value={image.uniqueBytes} /> alone
    </>
  );
}

/** A checkbox that tells a click with Shift; a plain one, because hundreds come and go while scrolling. */
function SelectBox({
  isChecked,
  label,
  onChange,
}: {
  isChecked: boolean;
  label: string;
  onChange: (isRange: boolean) => void;
}) {
  return (
    <span className="relative flex size-4 narrow:size-5">
      <input
        type="checkbox"
        tabIndex={-1}
        aria-label={label}
        checked={isChecked}
        onChange={(event) => onChange((event.nativeEvent as PointerEvent).shiftKey === true)}
        className="size-full cursor-pointer appearance-none rounded-sm border border-control bg-surface checked:border-accent checked:bg-accent hover:border-muted"
      />
      {isChecked ? (
        <Check
          aria-hidden="true"
          className="pointer-events-none absolute inset-0 m-auto size-3 stroke-3 text-on-accent"
        />
      ) : null}
    </span>
  );
}

function NameLine({ image, index, href, prefix, isRepositoryShown, actions }: ReadRowProps) {
  const { shown, hidden } = tagsThatFit(image.tags, isRepositoryShown ? 24 : 36);
  const name = withoutPrefix(image.repositoryName, prefix);
  return (
    <span className="flex h-5 min-w-0 items-center gap-1.5">
      <a
        href={href}
        tabIndex={-1}
        onClick={(event) => actions.onOpen(index, event)}
        title={isRepositoryShown ? image.repositoryName : image.digest}
        className={cn(
          "min-w-0 truncate font-mono text-sm leading-5 underline-offset-2 hover:underline",
          isRepositoryShown ? "max-w-[60%] shrink-[2]" : "shrink-0",
        )}
      >
        {isRepositoryShown ? name : shortDigest(image.digest)}
      </a>
      <span
        className="flex min-w-0 items-center gap-1 overflow-hidden"
        title={hidden > 0 ? image.tags.slice(0, 60).join(", ") : undefined}
      >
        {image.tags.length === 0 ? <Untagged since={image.untaggedSince} /> : null}
        {shown.map((tag, place) => (
          <span
            key={tag}
            className={cn(
              "max-w-44 truncate rounded-sm border border-rule-strong bg-sunken px-1.5 font-mono text-xs leading-[18px]",
              // Where they do not fit, the first is cut short and stays readable; several cut ones would not.
              place === 0 ? "min-w-12 shrink" : "shrink-0",
            )}
          >
            {tag}
          </span>
        ))}
      </span>
      {hidden > 0 ? <span className="shrink-0 text-sm text-subtle">+{hidden}</span> : null}
    </span>
  );
}

/** `isDigestShown`: it is not the image's name in the line above. */
function FactsLine({ image, isDigestShown }: { image: ImageDto; isDigestShown: boolean }) {
  const platforms = platformChips(image.platforms, 4);
  const kind = kindText(image);
  const referrers = referrersText(image.referrers);
  const broken = brokenText(image);
  return (
    <span className="flex h-5 min-w-0 items-center gap-2 overflow-hidden text-sm text-subtle">
      {isDigestShown ? (
        <code title={image.digest} className="shrink-0">
          {shortDigest(image.digest)}
        </code>
      ) : null}
      {broken ? (
        <span
          title={broken.text}
          className={cn(
            "flex shrink-0 items-center gap-1 font-medium",
            broken.tone === "danger" ? "text-danger" : "text-warning",
          )}
        >
          <TriangleAlert className="size-3.5" aria-hidden="true" />
          {broken.mark}
        </span>
      ) : null}
      {image.pin ? (
        <span title={pinText(image.pin)} className="flex shrink-0 items-center gap-1 text-accent">
          <Pin className="size-3.5" aria-hidden="true" />
          pinned
        </span>
      ) : null}
      {kind && platforms.all.length < 2 ? (
        <span className="min-w-0 shrink truncate" title={image.artifactType ?? image.mediaType}>
          {kind}
        </span>
      ) : null}
      {platforms.shown.length > 0 ? (
        <span className="flex shrink-0 items-center gap-1" title={platforms.all.join(", ")}>
          {platforms.shown.map((platform) => (
            <span key={platform} className="rounded-sm bg-sunken px-1 text-xs leading-4 text-muted">
              {platform}
            </span>
          ))}
          {platforms.hidden > 0 ? <span className="text-xs">+{platforms.hidden}</span> : null}
        </span>
      ) : null}
      {referrers ? (
        <span className="flex min-w-0 items-center gap-1" title={`With ${referrers}`}>
          <Link2 className="size-3.5 shrink-0" aria-hidden="true" />
          <span className="truncate">{referrers}</span>
        </span>
      ) : null}
    </span>
  );
}

function Untagged({ since }: { since: string | null }) {
  const now = useNow(60_000);
  return (
    <>
      <Badge tone="warning" className="h-[18px] shrink-0 leading-4">
        untagged
      </Badge>
      {since !== null && now !== undefined ? (
        <span className="truncate text-sm text-subtle">{untaggedFor(now, since)}</span>
      ) : null}
    </>
  );
}

/** "5 months ago" is when it happened; as a state it has lasted "for 5 months". */
function untaggedFor(now: number, since: string): string {
  const distance = formatRelative(now, since);
  return distance.endsWith(" ago") ? `for ${distance.slice(0, -4)}` : distance;
}
