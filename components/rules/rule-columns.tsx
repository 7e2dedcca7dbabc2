import Link from "next/link";
import type { ReactNode } from "react";
import type { RuleDto } from "@/contracts/rules";
import { RUN_STATUSES, type RunStatus } from "@/domain/history/run-status";
import { formatBytes } from "@/lib/bytes";
import { MarkedText } from "../history/marked-text";
import { RunStatusPill } from "../history/run-status-pill";
import { count } from "../history/run-words";
import { spacePath } from "../history/space-path";
import type { Column } from "../ui/data-table-columns";
import { RelativeTime } from "../ui/relative-time";
import { Badge } from "../ui/status-pill";

/** Columns of the rule list; the switch and the menu of a row come from the page. */
export function ruleColumns(
  place: { workspaceSlug: string; spaceId: string },
  controls: { enabled: (rule: RuleDto) => ReactNode; menu: (rule: RuleDto) => ReactNode },
): readonly Column<RuleDto>[] {
  return [
    {
      id: "rule",
      header: "Rule",
      priority: 1,
      wrap: true,
      cell: (rule) => (
        <span className="flex min-w-0 flex-col">
          <span className="flex flex-wrap items-center gap-x-2">
            <Link
              href={spacePath(place.workspaceSlug, place.spaceId, "reclaim", rule.id, "edit")}
              className="font-medium underline-offset-2 hover:underline"
            >
              {rule.name}
            </Link>
            {rule.definition.effect === "protect" ? <Badge tone="positive">protects</Badge> : null}
          </span>
          <MarkedText className="font-normal text-muted">{rule.sentence}</MarkedText>
        </span>
      ),
    },
    { id: "schedule", header: "Schedule", width: "20%", wrap: true, cell: (rule) => rule.scheduleText },
    {
      id: "last",
      header: "Last run",
      width: "22%",
      wrap: true,
      cell: (rule) => <LastRun rule={rule} place={place} />,
    },
    { id: "enabled", header: "Enabled", width: "84px", cell: controls.enabled },
    { id: "menu", header: "Actions", hideHeader: true, width: "44px", align: "end", cell: controls.menu },
  ];
}

function LastRun({ rule, place }: { rule: RuleDto; place: { workspaceSlug: string; spaceId: string } }) {
  const { lastRun } = rule;
  if (!lastRun) {
    return (
      <span className="text-subtle">{rule.definition.effect === "protect" ? "counts in every run" : "never ran"}</span>
    );
  }
  const status = RUN_STATUSES.find((each): each is RunStatus => each === lastRun.status);
  return (
    <span className="flex flex-col">
      <Link
        href={spacePath(place.workspaceSlug, place.spaceId, "runs", lastRun.runId)}
        className="underline-offset-2 hover:underline"
      >
        {count(lastRun.movedCount, "image")} moved, {formatBytes(lastRun.movedBytes)}
      </Link>
      <span className="flex items-center gap-2 text-sm text-subtle">
        {lastRun.finishedAt ? <RelativeTime at={lastRun.finishedAt} /> : null}
        {status && status !== "succeeded" ? <RunStatusPill status={status} look="plain" /> : null}
      </span>
    </span>
  );
}
