"use client";

import { Download, ScrollText } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { type UIEvent, useDeferredValue, useState } from "react";
import type { AuditEntryDto, AuditFilter } from "@/contracts/audit";
import { AUDIT_AREA_IDS, AUDIT_AREAS } from "@/domain/access/audit-areas";
import { cn } from "@/lib/cn";
import { ChoiceChips } from "../reclaim/choice-chips";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { Button, buttonStyles } from "../ui/button";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { EmptyState } from "../ui/empty-state";
import { SearchInput } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Select } from "../ui/select";
import { StatusPill } from "../ui/status-pill";
import { AuditEntry } from "./audit-entry";
import { actorText } from "./audit-words";
import { type AuditPlace, auditFileUrl, useAudit } from "./queries";

const EVERYTHING = "everything";
const NEAR_END_PX = 800;
const parsers = {
  q: parseAsString.withDefault(""),
  outcome: parseAsStringLiteral(["done", "refused"] as const),
  area: parseAsStringLiteral(AUDIT_AREA_IDS),
};

/** Every change and every refusal, newest first; a row opens what is known of it. */
export function AuditLog({ workspaceId }: { workspaceId: AuditPlace }) {
  const [{ q, outcome, area }, setView] = useQueryStates(parsers, { history: "replace" });
  const [opened, setOpened] = useState<AuditEntryDto | null>(null);
  const search = useDeferredValue(q.trim());
  const filter: AuditFilter = {
    ...(search === "" ? {} : { search }),
    ...(outcome === null ? {} : { outcome }),
    ...(area === null ? {} : { area }),
  };
  const isNarrowed = Object.keys(filter).length > 0;
  const audit = useAudit(workspaceId, filter);
  const more = () => {
    if (audit.hasNextPage && !audit.isFetchingNextPage) audit.fetchNextPage();
  };
  const onScrollCapture = ({ target }: UIEvent<HTMLDivElement>) => {
    const box = target as HTMLElement;
    if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX) more();
  };
  const rows = audit.data?.pages.flatMap((page) => page.items);
  const region = useSlashFocus<HTMLDivElement>();
  return (
    <div ref={region} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <ChoiceChips
          label="Outcome"
          value={outcome ?? EVERYTHING}
          onValueChange={(next) => setView({ outcome: next === EVERYTHING ? null : (next as "done" | "refused") })}
          options={[
            { value: EVERYTHING, label: "All" },
            { value: "done", label: "Changes" },
            { value: "refused", label: "Refused" },
          ]}
        />
        <Select
          label="Area"
          value={area ?? EVERYTHING}
          onValueChange={(next) => setView({ area: AUDIT_AREA_IDS.find((id) => id === next) ?? null })}
          options={[
            { value: EVERYTHING, label: "Every area" },
            ...AUDIT_AREAS.map(({ id, name }) => ({ value: id as string, label: name })),
          ]}
          className="w-48 narrow:flex-1"
        />
        <SearchInput
          label="Search the audit log"
          placeholder="Person, address, name or request id"
          value={q}
          onValueChange={(next) => setView({ q: next || null })}
          className="ml-auto w-72 min-w-52 shrink narrow:ml-0 narrow:w-full"
        />
        <a
          href={auditFileUrl(workspaceId, filter)}
          download
          title="Every entry of this filter, with all values before and after"
          className={cn(buttonStyles(), "narrow:h-10 narrow:flex-1")}
        >
          <Download aria-hidden="true" />
          CSV
        </a>
      </div>
      <div onScrollCapture={onScrollCapture}>
        <DataTable<AuditEntryDto>
          label="Audit log"
          columns={COLUMNS}
          rows={rows}
          rowKey={(entry) => entry.id}
          rowLabel={(entry) => `${entry.actor.name} ${entry.text}`}
          onRowActivate={setOpened}
          error={problemOf(audit.error)}
          onRetry={() => audit.refetch()}
          empty={
            isNarrowed ? (
              <EmptyState
                title="No entry matches"
                description="Nothing in the log is like this."
                action={
                  <Button onClick={() => setView({ q: null, outcome: null, area: null })}>Show every entry</Button>
                }
              />
            ) : (
              <EmptyState
                icon={<ScrollText />}
                title="Nothing has happened here yet"
                description="Every change of a setting and every refused request is written down here, with who asked for it."
              />
            )
          }
        />
        {audit.hasNextPage ? (
          <div className="pt-2">
            <Button onClick={more} loading={audit.isFetchingNextPage}>
              Show older entries
            </Button>
          </div>
        ) : null}
      </div>
      <AuditEntry entry={opened} onClose={() => setOpened(null)} />
    </div>
  );
}

const COLUMNS: Column<AuditEntryDto>[] = [
  { id: "at", header: "When", width: "130px", cell: (entry) => <RelativeTime at={entry.at} /> },
  {
    id: "actor",
    header: "Who",
    width: "200px",
    // On a phone the sentence beside it begins with the name.
    priority: 3,
    cell: (entry) => (
      <span className="font-medium" title={actorText(entry)}>
        {entry.actor.name}
        {entry.actor.tokenName !== null && entry.actor.kind === "user" ? (
          <span className="font-normal text-subtle"> · {entry.actor.tokenName}</span>
        ) : null}
      </span>
    ),
  },
  {
    id: "what",
    header: "What",
    priority: 1,
    wrap: true,
    cell: (entry) => (
      <span>
        <span className="hidden narrow:inline">{entry.actor.name} </span>
        {entry.text}
      </span>
    ),
  },
  {
    id: "address",
    header: "From",
    width: "150px",
    cell: (entry) => <span className="font-mono text-muted text-sm">{entry.address ?? "–"}</span>,
  },
  {
    id: "outcome",
    header: "Outcome",
    width: "100px",
    cell: (entry) =>
      entry.outcome === "refused" ? (
        <StatusPill look="plain" tone="danger">
          Refused
        </StatusPill>
      ) : (
        <StatusPill look="plain" tone="neutral">
          Done
        </StatusPill>
      ),
  },
];
