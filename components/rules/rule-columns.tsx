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
import { RuleSchedule } from "./rule-schedule";

type Place = { workspaceSlug: string; spaceId: string };

/** Columns of the rule list; the switch, the menu and the way to a preview of a row come from the page. */
export function ruleColumns(
  place: Place,
  controls: {
    enabled: (rule: RuleDto) => ReactNode;
    menu: (rule: RuleDto) => ReactNode;
    /** Whether this person may edit rules. */
    canWrite: boolean;
    /** A button that previews a rule whose schedule waits for it. */
    arm: (rule: RuleDto) => ReactNode;
  },
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
            {controls.canWrite ? (
              <Link
                href={spacePath(place.workspaceSlug, place.spaceId, "reclaim", rule.id, "edit")}
                className="font-medium underline-offset-2 hover:underline"
              >
                {rule.name}
              </Link>
            ) : (
              <span className="font-medium">{rule.name}</span>
            )}
            <Badge tone={rule.definition.effect === "protect" ? "positive" : "neutral"}>
              {rule.definition.effect === "protect" ? "protects" : "reclaims"}
            </Badge>
          </span>
          <MarkedText className="font-normal text-muted">{rule.sentence}</MarkedText>
        </span>
      ),
    },
    {
      id: "schedule",
      header: "Schedule",
      width: "25%",
      wrap: true,
      cell: (rule) => <RuleSchedule rule={rule} place={place} arm={controls.arm(rule)} />,
    },
    {
      id: "last",
      header: "Last run",
      width: "19%",
      wrap: true,
      cell: (rule) => <LastRun rule={rule} place={place} />,
    },
    { id: "enabled", header: "Enabled", width: "76px", cell: controls.enabled },
    { id: "menu", header: "Actions", hideHeader: true, width: "44px", align: "end", cell: controls.menu },
  ];
}

function LastRun({ rule, place }: { rule: RuleDto; place: Place }) {
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
      <span className="flex flex-wrap items-center gap-x-2 text-sm text-subtle">
        {lastRun.finishedAt ? <RelativeTime at={lastRun.finishedAt} /> : null}
        {status && status !== "succeeded" ? <RunStatusPill status={status} look="plain" /> : null}
      </span>
    </span>
  );
}
