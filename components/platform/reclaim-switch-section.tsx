"use client";

import { useState } from "react";
import type { ReclaimSwitchDto } from "@/contracts/platform";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-state";
import { Field } from "../ui/field";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { StatusPill } from "../ui/status-pill";
import { Textarea } from "../ui/textarea";
import { useAllowReclaims, useReclaimSwitch, useStopReclaims } from "./switch-queries";

/** The kill switch: whether reclaims run anywhere, who turned it and why, and the button that turns it. */
export function ReclaimSwitchSection() {
  const query = useReclaimSwitch();
  return (
    <Section
      title="Reclaims on the whole platform"
      description="The kill switch stops every reclaim of every workspace within two seconds and lets none start. What was moved stays in the recycle bins; previews and restores go on working."
      actions={query.data ? <Turn state={query.data} /> : null}
    >
      {query.data ? (
        <State state={query.data} />
      ) : query.error ? (
        <ErrorState
          problem={problemOf(query.error) ?? { title: "The switch could not be read" }}
          onRetry={() => query.refetch()}
        />
      ) : (
        <Skeleton className="h-12 w-full" />
      )}
    </Section>
  );
}

function State({ state }: { state: ReclaimSwitchDto }) {
  return (
    <div className="flex flex-col gap-5">
      {state.isStopped ? (
        <Callout tone="danger" title="Stopped: no reclaim runs anywhere">
          {state.reason} ({state.stoppedByName}, <RelativeTime at={state.stoppedAt} />)
        </Callout>
      ) : (
        <Callout tone="positive" title="Reclaims run">
          By hand, on schedule and at quotas, as each workspace’s rules say.
        </Callout>
      )}
      <DataTable
        label="Who turned the switch"
        columns={COLUMNS}
        rows={state.changes}
        rowKey={(change) => change.at}
        empty={<EmptyState className="py-6" title="The switch was never turned" />}
      />
    </div>
  );
}

type Change = ReclaimSwitchDto["changes"][number];
const COLUMNS: readonly Column<Change>[] = [
  {
    id: "what",
    header: "What",
    width: "132px",
    priority: 1,
    cell: ({ isStopped }) => (
      <StatusPill tone={isStopped ? "danger" : "positive"} look="plain">
        {isStopped ? "Stopped" : "Let run again"}
      </StatusPill>
    ),
  },
  { id: "who", header: "Who", width: "180px", cell: ({ actorName }) => actorName },
  {
    id: "why",
    header: "Why",
    wrap: true,
    cell: ({ reason }) => reason ?? <span className="text-subtle">–</span>,
  },
  { id: "when", header: "When", width: "132px", cell: ({ at }) => <RelativeTime at={at} /> },
];

const REASON_MIN = 3;
const REASON_MAX = 300;

function Turn({ state }: { state: ReclaimSwitchDto }) {
  const [isAsking, setIsAsking] = useState(false);
  const [reason, setReason] = useState("");
  const stop = useStopReclaims();
  const allow = useAllowReclaims();
  if (!state.canChange) return null;
  const text = reason.trim();
  return (
    <>
      <Button variant={state.isStopped ? "secondary" : "danger"} onClick={() => setIsAsking(true)}>
        {state.isStopped ? "Let reclaims run again…" : "Stop all reclaims…"}
      </Button>
      {state.isStopped ? (
        <ConfirmDialog
          open={isAsking}
          onOpenChange={setIsAsking}
          title="Let reclaims run again?"
          description="Schedules fire from their next time on, and people can start runs again. What was stopped stays stopped: nothing is caught up by itself."
          tone="primary"
          confirmLabel="Let reclaims run again"
          onConfirm={async () => {
            await allow.mutateAsync();
          }}
        />
      ) : (
        <ConfirmDialog
          open={isAsking}
          onOpenChange={setIsAsking}
          title="Stop all reclaims of every workspace?"
          description="Reclaims that run end within two seconds as cancelled, with what they moved so far. None starts until the switch is turned back; schedules are recorded as skipped. Everybody sees your reason."
          confirmLabel="Stop all reclaims"
          cancelLabel="Keep them running"
          isIncomplete={text.length < REASON_MIN}
          onConfirm={async () => {
            await stop.mutateAsync(text);
            setReason("");
          }}
        >
          <Field label="Reason" required>
            <Textarea
              value={reason}
              maxLength={REASON_MAX}
              rows={2}
              onChange={(event) => setReason(event.target.value)}
            />
          </Field>
        </ConfirmDialog>
      )}
    </>
  );
}
