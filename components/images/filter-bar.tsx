"use client";

import { Keyboard, X } from "lucide-react";
import { useState } from "react";
import { cn } from "@/lib/cn";
import { ChoiceChips } from "../reclaim/choice-chips";
import { Button } from "../ui/button";
import { FilterPopover } from "../ui/filter-popover";
import { IconButton } from "../ui/icon-button";
import { SearchInput } from "../ui/input";
import { Select } from "../ui/select";
import { FilterPanel } from "./filter-panel";
import { filterOfView, type ImageView, NO_FILTER, orderOf, type ViewPatch } from "./filter-url";
import { filterParts, QUICK_FILTERS } from "./filter-words";

export interface FilterBarProps {
  view: ImageView;
  onChange: (patch: ViewPatch) => void;
  onShowKeys: () => void;
}

const SORTS = [
  { value: "pushed-desc", label: "Newest push first" },
  { value: "pushed-asc", label: "Oldest push first" },
  { value: "pulled-desc", label: "Latest pull first" },
  { value: "pulled-asc", label: "Longest not pulled first" },
  { value: "size-desc", label: "Largest first" },
  { value: "size-asc", label: "Smallest first" },
  { value: "name-asc", label: "By name" },
  { value: "name-desc", label: "By name, z to a" },
] as const;

/** Search, filters and view of the list, above it; what is filtered is said in words below, each part with its cross. */
export function FilterBar({ view, onChange, onShowKeys }: FilterBarProps) {
  const [isOpen, setIsOpen] = useState(false);
  const isList = view.view === "images";
  // Search, state and repository have controls of their own in sight.
  const inPanel = filterParts(filterOfView(view)).filter(
    ({ key }) => key !== "q" && key !== "repository" && key !== "state",
  );
  return (
    <div className="flex flex-wrap items-center gap-2 pb-2">
      <SearchInput
        label={isList ? "Search images" : "Search repositories"}
        placeholder={isList ? "Repository, tag or digest" : "Repository"}
        value={view.q}
        onValueChange={(next) => onChange({ q: next || null })}
        className="min-w-52 flex-1 narrow:basis-full"
      />
      {isList ? (
        <FilterPopover open={isOpen} onOpenChange={setIsOpen} count={inPanel.length}>
          <FilterPanel view={view} onChange={onChange} />
        </FilterPopover>
      ) : null}
      {isList ? (
        <Select
          label="Order"
          value={`${view.sort}-${orderOf(view)}`}
          onValueChange={(next) => {
            const [sort, order] = next.split("-") as [ImageView["sort"], "asc" | "desc"];
            onChange({ sort, order: orderOf({ sort, order: null }) === order ? null : order });
          }}
          options={SORTS}
          className="hidden w-44 medium:inline-flex narrow:order-last narrow:w-full"
        />
      ) : null}
      <ChoiceChips
        label="View"
        value={view.view}
        onValueChange={(next) => onChange({ view: next })}
        options={[
          { value: "images", label: "Images" },
          { value: "repositories", label: "Repositories" },
        ]}
      />
      {isList ? (
        <IconButton
          label="Keyboard shortcuts"
          icon={<Keyboard />}
          onClick={onShowKeys}
          size="md"
          className="narrow:hidden"
        />
      ) : null}
    </div>
  );
}

const chipStyles =
  "inline-flex h-6 items-center gap-1 whitespace-nowrap rounded-full border px-2.5 text-sm transition-colors duration-100 narrow:h-7";

/** One-click filters, and what else is filtered, in words. */
export function FilterChips({ view, onChange }: Pick<FilterBarProps, "view" | "onChange">) {
  const parts = filterParts(filterOfView(view)).filter(
    ({ key }) => !QUICK_FILTERS.some((quick) => quick.key === key && quick.isOn(view)),
  );
  const isAny = parts.length > 0 || QUICK_FILTERS.some((quick) => quick.isOn(view));
  return (
    <fieldset className="flex min-w-0 flex-wrap items-center gap-1.5 pb-3 compact:-mx-4 compact:px-4 narrow:flex-nowrap narrow:overflow-x-auto narrow:[scrollbar-width:none]">
      <legend className="sr-only">Quick filters</legend>
      {QUICK_FILTERS.map((quick) => {
        const isOn = quick.isOn(view);
        return (
          <button
            key={quick.label}
            type="button"
            aria-pressed={isOn}
            onClick={() => onChange(isOn ? { [quick.key]: null } : quick.on)}
            className={cn(
              chipStyles,
              isOn
                ? "border-accent-rule bg-accent-soft font-medium text-accent"
                : "border-rule-strong text-muted hover:border-control hover:bg-hover hover:text-ink",
            )}
          >
            {quick.label}
            {isOn ? <X className="-mr-1 size-3" aria-hidden="true" /> : null}
          </button>
        );
      })}
      {parts.map(({ key, text }) => (
        <button
          key={key}
          type="button"
          aria-label={`Clear filter: ${text}`}
          title="Clear this filter"
          onClick={() => onChange({ [key]: null })}
          className={cn(chipStyles, "max-w-full border-accent-rule bg-accent-soft font-medium text-accent")}
        >
          <span className="truncate">{text}</span>
          <X className="-mr-1 size-3 shrink-0" aria-hidden="true" />
        </button>
      ))}
      {isAny ? (
        <Button size="sm" variant="ghost" className="h-6" onClick={() => onChange(NO_FILTER)}>
          Clear filters
        </Button>
      ) : null}
    </fieldset>
  );
}
