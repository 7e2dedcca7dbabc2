"use client";

import { X } from "lucide-react";
import { useState } from "react";
import { IMAGE_KINDS } from "@/contracts/images";
import { cn } from "@/lib/cn";
import { Field } from "../ui/field";
import { FilterPopover } from "../ui/filter-popover";
import { Input, SearchInput } from "../ui/input";
import { Select } from "../ui/select";
import { type BinView, type BinViewPatch, filterParts, orderOf, STATE_OPTIONS } from "./bin-view";
import { useBinFacets } from "./queries";

type Props = {
  workspaceId: string;
  /** null = all spaces of the workspace, which can then be chosen */
  spaceId: string | null;
  view: BinView;
  onChange: (patch: BinViewPatch) => void;
};

const ANY = "any";
const SORTS = [
  { value: "recycled-desc", label: "Latest recycled first" },
  { value: "recycled-asc", label: "Longest here first" },
  { value: "due-asc", label: "Purged soonest first" },
  { value: "size-desc", label: "Largest first" },
  { value: "size-asc", label: "Smallest first" },
  { value: "name-asc", label: "By repository" },
] as const;
const MEGABYTE = 1_000_000;

/** Search, filters and order of the bin; what is filtered is said below in words, each part with its cross. */
export function BinFilterBar({ workspaceId, spaceId, view, onChange }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const needsLabels = view.space !== null || view.rule !== null;
  const facets = useBinFacets(workspaceId, spaceId, isOpen || needsLabels);
  const labelOf = (facet: "space" | "rule", id: string) =>
    facets.data?.[facet === "space" ? "spaces" : "rules"].find((one) => one.value === id)?.label ?? `one ${facet}`;
  const parts = filterParts(view, labelOf);
  const { sort, order } = orderOf(view);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchInput
          label="Search the recycle bin"
          placeholder="Repository, tag or digest"
          value={view.q}
          onValueChange={(next) => onChange({ q: next })}
          className="min-w-52 flex-1 narrow:basis-full"
        />
        <FilterPopover open={isOpen} onOpenChange={setIsOpen} count={parts.length}>
          <div className="grid max-h-[70dvh] grid-cols-2 gap-x-3 gap-y-3 overflow-y-auto narrow:grid-cols-1">
            <FacetSelect
              label="State"
              value={view.state}
              options={STATE_OPTIONS}
              onChange={(state) => onChange({ state: (state ?? ANY) as BinView["state"] })}
            />
            <FacetSelect
              label="Kind"
              value={view.kind}
              options={[
                { value: ANY, label: "Any kind" },
                ...IMAGE_KINDS.map((kind) => ({ value: kind, label: kind.charAt(0).toUpperCase() + kind.slice(1) })),
              ]}
              onChange={(kind) => onChange({ kind: kind as BinView["kind"] })}
            />
            {spaceId === null ? (
              <FacetSelect
                label="Registry space"
                value={view.space}
                options={[{ value: ANY, label: "All spaces" }, ...counted(facets.data?.spaces)]}
                onChange={(space) => onChange({ space })}
              />
            ) : null}
            <FacetSelect
              label="Taken by rule"
              value={view.rule}
              options={[{ value: ANY, label: "Any rule or person" }, ...counted(facets.data?.rules)]}
              onChange={(rule) => onChange({ rule })}
            />
            <FacetSelect
              label="Moved by"
              value={view.actor}
              options={[{ value: ANY, label: "Anybody" }, ...counted(facets.data?.actors)]}
              onChange={(actor) => onChange({ actor })}
            />
            <FacetSelect
              label="Repository"
              value={view.repository}
              options={[{ value: ANY, label: "All repositories" }, ...counted(facets.data?.repositories)]}
              onChange={(repository) => onChange({ repository })}
            />
            <WholeField
              label="In the bin for more than"
              suffix="days"
              value={view.olderThanDays}
              onChange={(olderThanDays) => onChange({ olderThanDays })}
            />
            <WholeField
              label="At most left"
              suffix="days"
              value={view.daysLeft}
              onChange={(daysLeft) => onChange({ daysLeft })}
            />
            <WholeField
              label="At least"
              suffix="MB"
              value={view.minBytes === null ? null : Math.round(view.minBytes / MEGABYTE)}
              onChange={(megabytes) => onChange({ minBytes: megabytes === null ? null : megabytes * MEGABYTE })}
            />
            <WholeField
              label="At most"
              suffix="MB"
              value={view.maxBytes === null ? null : Math.round(view.maxBytes / MEGABYTE)}
              onChange={(megabytes) => onChange({ maxBytes: megabytes === null ? null : megabytes * MEGABYTE })}
            />
          </div>
        </FilterPopover>
        <Select
          label="Order"
          value={`${sort}-${order}`}
          onValueChange={(next) => {
            const [nextSort, nextOrder] = next.split("-") as [BinView["sort"], "asc" | "desc"];
            const isDefault = orderOf({ sort: nextSort, order: null }).order === nextOrder;
            onChange({ sort: nextSort, order: isDefault ? null : nextOrder });
          }}
          options={SORTS}
          className="w-48 narrow:w-full"
        />
      </div>
      {parts.length > 0 ? (
        <fieldset className="flex min-w-0 flex-wrap items-center gap-1.5">
          <legend className="sr-only">Filters in use</legend>
          {parts.map(({ key, text }) => (
            <button
              key={key}
              type="button"
              aria-label={`Clear filter: ${text}`}
              title="Clear this filter"
              onClick={() => onChange({ [key]: null })}
              className={cn(
                "inline-flex h-6 max-w-full items-center gap-1 whitespace-nowrap rounded-full border px-2.5 text-sm narrow:h-7",
                "border-accent-rule bg-accent-soft font-medium text-accent",
              )}
            >
              <span className="truncate">{text}</span>
              <X className="-mr-1 size-3 shrink-0" aria-hidden="true" />
            </button>
          ))}
        </fieldset>
      ) : null}
    </div>
  );
}

function counted(values: readonly { value: string; label: string; entryCount: number }[] = []) {
  return values.map(({ value, label, entryCount }) => ({
    value,
    label: `${label} (${entryCount.toLocaleString("en-US")})`,
  }));
}

function FacetSelect({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string | null;
  options: readonly { value: string; label: string }[];
  onChange: (value: string | null) => void;
}) {
  return (
    <Field label={label}>
      <Select
        value={value ?? ANY}
        onValueChange={(next) => onChange(next === ANY ? null : next)}
        options={
          value === null || options.some((option) => option.value === value)
            ? options
            : [...options, { value, label: value }]
        }
        className="w-full"
      />
    </Field>
  );
}

function WholeField({
  label,
  suffix,
  value,
  onChange,
}: {
  label: string;
  suffix: string;
  value: number | null;
  onChange: (value: number | null) => void;
}) {
  return (
    <Field label={label}>
      <Input
        inputMode="numeric"
        value={value ?? ""}
        suffix={suffix}
        onChange={(event) => {
          const text = event.target.value.trim();
          if (/^\d{0,9}$/.test(text)) onChange(text === "" ? null : Number(text));
        }}
      />
    </Field>
  );
}
