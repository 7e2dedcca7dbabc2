"use client";

import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { RUN_TRIGGERS } from "@/contracts/history";
import { RUN_KINDS, RUN_STATUSES } from "@/domain/history/run-status";
import { Button } from "../ui/button";
import { Select } from "../ui/select";
import { type RunListFilter, useRunFacets } from "./queries";
import { RunList } from "./run-list";
import { group, runStatusLook } from "./run-words";

const KINDS = ["preview", ...RUN_KINDS] as const;

const parsers = {
  kind: parseAsStringLiteral(KINDS),
  trigger: parseAsStringLiteral(RUN_TRIGGERS),
  status: parseAsStringLiteral(RUN_STATUSES),
  rule: parseAsString,
  person: parseAsString,
};

const ANY = "any";
const KIND_WORD = {
  preview: "Previews",
  reclaim: "Reclaims",
  restore: "Restores",
  purge: "Purges",
  gc: "Garbage collections",
} as const;
const TRIGGER_WORD = {
  manual: "By hand",
  schedule: "On schedule",
  quota: "At the tag quota",
  api: "Over the API",
} as const;

/** All runs of a space, newest first, narrowed by what they were, what started them, their rules and whoever asked for them. */
export function RunHistory(place: { workspaceId: string; workspaceSlug: string; spaceId: string }) {
  const [view, setView] = useQueryStates(parsers, { history: "replace" });
  const facets = useRunFacets(place.workspaceId, place.spaceId);
  const { kind, trigger, status, rule, person } = view;
  const filter: RunListFilter = {
    ...(kind === null ? {} : kind === "preview" ? { kind: "reclaim", isDryRun: "true" } : { kind }),
    ...(kind === "reclaim" ? { isDryRun: "false" as const } : {}),
    ...(trigger === null ? {} : { trigger }),
    ...(status === null ? {} : { status }),
    ...(rule === null ? {} : { ruleId: rule }),
    ...(person === null ? {} : { person }),
  };
  const isFiltered = Object.values(view).some((value) => value !== null);
  const ruleName = facets.data?.rules.find((one) => one.id === rule)?.name;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Choice
          label="Kind"
          any="All kinds"
          value={kind}
          options={KINDS.map((value) => ({ value, label: KIND_WORD[value] }))}
          onChange={(next) => setView({ kind: next })}
        />
        <Choice
          label="Started"
          any="Started any way"
          value={trigger}
          options={RUN_TRIGGERS.map((value) => ({ value, label: TRIGGER_WORD[value] }))}
          onChange={(next) => setView({ trigger: next })}
        />
        <Choice
          label="State"
          any="In any state"
          value={status}
          options={RUN_STATUSES.map((value) => ({ value, label: runStatusLook(value).label }))}
          onChange={(next) => setView({ status: next })}
        />
        <Choice
          label="Rule"
          any="Of any rule"
          value={rule}
          options={withChosen(
            facets.data?.rules.map(({ id, name, count }) => ({ value: id, label: name, hint: group(count) })),
            rule,
          )}
          onChange={(next) => setView({ rule: next })}
        />
        <Choice
          label="Person"
          any="By anybody"
          value={person}
          options={withChosen(
            facets.data?.people.map(({ name, count }) => ({ value: name, label: name, hint: group(count) })),
            person,
          )}
          onChange={(next) => setView({ person: next })}
        />
        {isFiltered ? (
          <Button variant="ghost" onClick={() => setView(null)}>
            Show all
          </Button>
        ) : null}
      </div>
      <RunList
        {...place}
        filter={filter}
        label="Runs"
        emptyTitle={isFiltered ? "No run matches" : "No runs yet"}
        emptyDescription={
          isFiltered
            ? `No run of this space is all that is asked for${ruleName ? ` with the rule “${ruleName}”` : ""}.`
            : "Previews, reclaims, restores, purges and collections are listed here, with what came of them."
        }
      />
    </div>
  );
}

type Option<Value extends string> = { value: Value; label: string; hint?: string };

/** What the address chose stays a choice also where no run has it. */
function withChosen(options: Option<string>[] = [], chosen: string | null): Option<string>[] {
  if (chosen === null || options.some((option) => option.value === chosen)) return options;
  return [...options, { value: chosen, label: chosen }];
}

function Choice<Value extends string>({
  label,
  any,
  value,
  options,
  onChange,
}: {
  label: string;
  any: string;
  value: Value | null;
  options: readonly Option<Value>[];
  onChange: (value: Value | null) => void;
}) {
  return (
    <Select<Value | typeof ANY>
      label={label}
      value={value ?? ANY}
      onValueChange={(next) => onChange(next === ANY ? null : next)}
      options={[{ value: ANY, label: any }, ...options]}
      className="w-44 narrow:w-[calc(50%-4px)]"
    />
  );
}
