"use client";

import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { PREVIEW_DAYS_MAX, PREVIEWS_KEPT } from "@/contracts/run-items";
import type { Permission } from "@/domain/access/permissions";
import { ChoiceChips } from "../reclaim/choice-chips";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { SearchInput } from "../ui/input";
import { EventHistory } from "./event-history";
import { FoundItems } from "./found-items";
import { RunHistory } from "./run-history";

export type HistoryPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  permissions: readonly Permission[];
};

const VIEWS = ["events", "runs", "images"] as const;
type View = (typeof VIEWS)[number];

const WORDS: Record<View, { about: string; search: string | null }> = {
  events: {
    about: "Who did what in this space. Kept for good, also when the image is long gone.",
    search: "Search history",
  },
  runs: {
    about: `Every run with what came of it. Runs keep every image they looked at for good; of each person’s previews of the same rules the last ${PREVIEWS_KEPT} keep theirs, the others for ${PREVIEW_DAYS_MAX} days.`,
    search: null,
  },
  images: {
    about: "Everything that runs took, restored or purged: who took a tag, when, and by which rule.",
    search: "Repository, tag, name:tag or digest",
  },
};

/** The tab "History": what happened in this space, all its runs, and every image that any of them took. */
export function HistoryPage(props: HistoryPageProps) {
  const [{ view, q }, setView] = useQueryStates(
    { view: parseAsStringLiteral(VIEWS).withDefault("events"), q: parseAsString.withDefault("") },
    { history: "replace" },
  );
  const region = useSlashFocus<HTMLDivElement>();
  const { about, search } = WORDS[view];
  const place = { workspaceId: props.workspaceId, workspaceSlug: props.workspaceSlug, spaceId: props.spaceId };
  const clear = () => setView({ q: null });
  return (
    <div ref={region} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <ChoiceChips
          label="View"
          value={view}
          onValueChange={(next) => setView({ view: next === "events" ? null : next, q: null })}
          options={[
            { value: "events", label: "Events" },
            { value: "runs", label: "Runs" },
            { value: "images", label: "Images taken" },
          ]}
        />
        {search === null ? null : (
          <SearchInput
            key={view}
            label={search}
            value={q}
            onValueChange={(next) => setView({ q: next || null })}
            className="w-80"
          />
        )}
      </div>
      <p className="max-w-prose text-muted">{about}</p>
      {view === "events" ? <EventHistory {...place} search={q} onClear={clear} /> : null}
      {view === "runs" ? <RunHistory {...place} /> : null}
      {view === "images" ? <FoundItems {...place} search={q} onClear={clear} /> : null}
    </div>
  );
}
