"use client";

import { Download, X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { operationUrl } from "@/contracts/call";
import type { RunDto } from "@/contracts/history";
import { downloadRunItems, type RunItemSummaryDto } from "@/contracts/run-items";
import { cn } from "@/lib/cn";
import { Days, Labelled, Size, Written } from "../images/filter-panel";
import { ChoiceChips } from "../reclaim/choice-chips";
import { buttonStyles } from "../ui/button";
import { FilterPopover } from "../ui/filter-popover";
import { SearchInput } from "../ui/input";
import { Select } from "../ui/select";
import { kindWord, panelParts, reasonWord, rulesOfRun } from "./item-filter-words";
import { filterOfView, type ItemView, type ItemViewPatch, orderOfView, type Shown } from "./item-view";
import { group } from "./run-words";

type Facets = RunItemSummaryDto["facets"];
type RunItemFiltersProps = {
  workspaceId: string;
  run: RunDto;
  view: ItemView;
  onChange: (patch: ItemViewPatch) => void;
  facets: Facets | undefined;
};

/** Above the table of a run: which images, search, more filters, and the download of what is shown. */
export function RunItemFilters({ workspaceId, run, view, onChange, facets }: RunItemFiltersProps) {
  const [isOpen, setIsOpen] = useState(false);
  const parts = panelParts(view, rulesOfRun(run));
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <ChoiceChips
          label="Which images"
          value={view.show}
          onValueChange={(show) => onChange({ show: show === "all" ? null : show })}
          options={shownOptions(run, view.show, facets)}
        />
        <SearchInput
          label="Search repository, tag or digest"
          placeholder="Repository, tag, name:tag or digest"
          value={view.q}
          onValueChange={(next) => onChange({ q: next || null })}
          className="ml-auto w-72 min-w-52 shrink narrow:ml-0 narrow:w-full"
        />
        <FilterPopover open={isOpen} onOpenChange={setIsOpen} count={parts.length} className="narrow:flex-1">
          <Panel run={run} view={view} onChange={onChange} facets={facets} />
        </FilterPopover>
        <a
          href={operationUrl(downloadRunItems, {
            params: { workspaceId, runId: run.id },
            query: { ...filterOfView(view), ...orderOfView(view) },
          })}
          download
          title="Every line of this filter, in this order"
          className={cn(buttonStyles(), "narrow:h-10 narrow:flex-1")}
        >
          <Download aria-hidden="true" />
          CSV
        </a>
      </div>
      {parts.length === 0 ? null : (
        <fieldset className="flex min-w-0 flex-wrap items-center gap-1.5">
          <legend className="sr-only">Filters that are on</legend>
          {parts.map(({ key, text }) => (
            <button
              key={key}
              type="button"
              aria-label={`Remove the filter: ${text}`}
              onClick={() => onChange({ [key]: null })}
              className="inline-flex h-6 max-w-full items-center gap-1 rounded-full border border-accent-rule bg-accent-soft px-2.5 font-medium text-accent text-sm narrow:h-7"
            >
              <span className="truncate">{text}</span>
              <X className="-mr-1 size-3 shrink-0" aria-hidden="true" />
            </button>
          ))}
        </fieldset>
      )}
    </div>
  );
}

const SHOWN_LABEL: Record<Shown, string> = {
  all: "All",
  going: "Going",
  "tags-only": "Tags only",
  kept: "Kept",
  "left-out": "Left out",
  skipped: "Skipped",
  failed: "Failed",
};

/** What can be chosen, with how many there are; what no image of the run is in is left out. */
function shownOptions(run: RunDto, chosen: Shown, facets: Facets | undefined): { value: Shown; label: ReactNode }[] {
  const shows: readonly Shown[] =
    run.kind === "reclaim"
      ? ["all", "going", "tags-only", "kept", "left-out", "skipped", "failed"]
      : ["all", "left-out", "skipped", "failed"];
  return shows.flatMap((value) => {
    const count = facets && countOf(value, facets);
    const isBasic = value === "all" || (run.kind === "reclaim" && (value === "going" || value === "kept"));
    if (!isBasic && value !== chosen && !count) return [];
    return [
      {
        value,
        label: (
          <>
            {SHOWN_LABEL[value]}
            {count === undefined ? null : (
              <span className="pl-1.5 font-normal text-subtle tabular-nums">{group(count)}</span>
            )}
          </>
        ),
      },
    ];
  });
}

function countOf(shown: Shown, { actions, states }: Facets): number {
  const of = (counts: Facets["actions"], value: string) => counts.find((one) => one.value === value)?.count ?? 0;
  const all = actions.reduce((sum, one) => sum + one.count, 0);
  switch (shown) {
    case "all":
      return all;
    case "going":
      return all - of(actions, "keep");
    case "tags-only":
      return of(actions, "untag");
    case "kept":
      return of(actions, "keep");
    case "left-out":
      return of(states, "left_out");
    case "skipped":
      return of(states, "skipped_stale");
    case "failed":
      return of(states, "failed");
  }
}

const ANY = "any";

function Panel({ run, view, onChange, facets }: Omit<RunItemFiltersProps, "workspaceId">) {
  const listId = useId();
  const rules = rulesOfRun(run);
  const ruleName = (id: string) => rules.find((rule) => rule.id === id)?.name ?? id;
  return (
    <div className="grid grid-cols-2 gap-x-3 gap-y-3 narrow:grid-cols-1">
      <Facet
        label="Rule"
        value={view.rule}
        counts={facets?.rules}
        word={ruleName}
        onChange={(rule) => onChange({ rule })}
      />
      <Facet
        label="Reason or guard"
        value={view.reason}
        counts={facets?.reasons}
        word={reasonWord}
        onChange={(reason) => onChange({ reason })}
      />
      <Facet
        label="Kind"
        value={view.kind}
        counts={facets?.kinds}
        word={kindWord}
        onChange={(kind) => onChange({ kind })}
      />
      <Labelled label="Repository">
        {(id) => (
          <>
            <Written
              id={id}
              mono
              list={listId}
              placeholder="its whole name"
              value={view.repository ?? ""}
              onCommit={(text) => onChange({ repository: text.trim() || null })}
            />
            <datalist id={listId}>
              {facets?.repositories.map(({ value, count }) => (
                <option key={value} value={value}>
                  {group(count)}
                </option>
              ))}
            </datalist>
          </>
        )}
      </Labelled>
      <Days
        label="Pushed more than"
        value={view.olderThanDays}
        onCommit={(olderThanDays) => onChange({ olderThanDays })}
        ago
      />
      <Days
        label="Pushed in the last"
        value={view.youngerThanDays}
        onCommit={(youngerThanDays) => onChange({ youngerThanDays })}
      />
      <Size label="Size at least" value={view.minBytes} onCommit={(minBytes) => onChange({ minBytes })} />
      <Size label="Size at most" value={view.maxBytes} onCommit={(maxBytes) => onChange({ maxBytes })} />
    </div>
  );
}

/** One of the values that images of this run have. */
function Facet({
  label,
  value,
  counts = [],
  word,
  onChange,
}: {
  label: string;
  value: string | null;
  counts: Facets["rules"] | undefined;
  word: (value: string) => string;
  onChange: (value: string | null) => void;
}) {
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  const known = value === null || counts.some((one) => one.value === value) ? counts : [...counts, { value, count: 0 }];
  return (
    <div>
      <span aria-hidden="true" className="block pb-0.5 text-muted text-sm">
        {label}
      </span>
      <Select
        label={label}
        value={value ?? ANY}
        onValueChange={(next) => onChange(next === ANY ? null : next)}
        options={[
          { value: ANY, label: "Any" },
          ...known.map((one) => ({ value: one.value, label: capital(word(one.value)), hint: group(one.count) })),
        ]}
      />
    </div>
  );
}
