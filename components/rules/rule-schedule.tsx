"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import type { RuleDto } from "@/contracts/rules";
import { spacePath } from "../history/space-path";
import { RelativeTime } from "../ui/relative-time";
import { StatusPill } from "../ui/status-pill";
import { zoned } from "./next-runs";

/** When a rule runs by itself: its schedule in words, the next time on the clock of its zone, and what holds it back. */
export function RuleSchedule({
  rule,
  place,
  arm,
}: {
  rule: RuleDto;
  place: { workspaceSlug: string; spaceId: string };
  /** The way to the preview that its schedule waits for. */
  arm: ReactNode;
}) {
  const { schedule, effect } = rule.definition;
  if (effect === "protect") return <span className="text-subtle">in every run</span>;
  return (
    <span className="flex flex-col items-start gap-0.5">
      <span>{rule.scheduleText}</span>
      {rule.arming.isNeeded && !rule.arming.isArmed && rule.isEnabled ? (
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <StatusPill tone="warning" look="plain">
            waits for a preview
          </StatusPill>
          {arm}
        </span>
      ) : rule.nextRunAt && schedule.kind === "cron" ? (
        <span className="text-sm text-subtle">
          next {zoned(Date.parse(rule.nextRunAt), schedule.timeZone)}, <RelativeTime at={rule.nextRunAt} />
        </span>
      ) : null}
      <LastFiring rule={rule} place={place} />
    </span>
  );
}

/** Only what somebody should know: a time that came due and started nothing. */
function LastFiring({ rule, place }: { rule: RuleDto; place: { workspaceSlug: string; spaceId: string } }) {
  const firing = rule.lastFiring;
  if (!firing || firing.outcome === "started") return null;
  const { schedule } = rule.definition;
  const when =
    schedule.kind === "cron" ? (
      zoned(Date.parse(firing.scheduledFor), schedule.timeZone)
    ) : (
      <RelativeTime at={firing.scheduledFor} />
    );
  return (
    <span className="text-sm text-warning">
      {firing.outcome === "missed" ? "missed" : "skipped"} {when}
      {firing.reason ? `: ${firing.reason}` : ""}
      {firing.runId ? (
        <>
          {" "}
          <Link
            className="underline underline-offset-2"
            href={spacePath(place.workspaceSlug, place.spaceId, "runs", firing.runId)}
          >
            the run
          </Link>
        </>
      ) : null}
    </span>
  );
}
