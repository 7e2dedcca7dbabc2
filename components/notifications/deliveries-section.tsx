"use client";

import { Send } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import type { NotificationDeliveryDto, NotificationTargetDto } from "@/contracts/webhooks";
import { DELIVERY_STATES } from "@/domain/notifications/notification-event";
import { ChoiceChips } from "../reclaim/choice-chips";
import { Button } from "../ui/button";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Select } from "../ui/select";
import { StatusPill } from "../ui/status-pill";
import { DeliverySheet } from "./delivery-sheet";
import { attemptText, STATE_LOOKS } from "./notification-words";
import { useDeliveries } from "./queries";

const EVERY = "every";
const parsers = {
  state: parseAsStringLiteral(DELIVERY_STATES),
  target: parseAsString,
  delivery: parseAsString,
};

/** What was sent, or waits to be, newest first. */
export function DeliveriesSection({
  workspaceId,
  targets,
  mayWrite,
}: {
  workspaceId: string;
  targets: readonly NotificationTargetDto[];
  mayWrite: boolean;
}) {
  const [{ state, target, delivery: openedId }, setView] = useQueryStates(parsers, { history: "replace" });
  const deliveries = useDeliveries(workspaceId, { state: state ?? undefined, targetId: target ?? undefined });
  const rows = deliveries.data?.pages.flatMap((page) => page.items);
  const isNarrowed = state !== null || target !== null;
  return (
    <Section
      title="Deliveries"
      description="What was sent, or waits to be. What a receiver does not take is tried again for most of a day; the log is kept for 30 days."
      actions={
        <>
          <ChoiceChips
            label="State"
            value={state ?? EVERY}
            onValueChange={(next) => setView({ state: DELIVERY_STATES.find((one) => one === next) ?? null })}
            options={[
              { value: EVERY, label: "All" },
              ...DELIVERY_STATES.map((one) => ({ value: one as string, label: STATE_LOOKS[one].label })),
            ]}
          />
          {targets.length > 1 ? (
            <Select
              label="Target"
              value={target ?? EVERY}
              onValueChange={(next) => setView({ target: next === EVERY ? null : next })}
              options={[
                { value: EVERY, label: "Every target" },
                ...targets.map(({ id, name }) => ({ value: id, label: name })),
              ]}
              className="w-44"
            />
          ) : null}
        </>
      }
    >
      <DataTable<NotificationDeliveryDto>
        label="Deliveries"
        columns={COLUMNS}
        rows={rows}
        rowKey={(row) => row.id}
        rowLabel={(row) => `${row.title}, to ${row.targetName}`}
        onRowActivate={({ id }) => setView({ delivery: id })}
        error={problemOf(deliveries.error)}
        onRetry={() => deliveries.refetch()}
        skeletonRows={4}
        empty={
          isNarrowed ? (
            <EmptyState
              title="No delivery is like this"
              action={<Button onClick={() => setView({ state: null, target: null })}>Show every delivery</Button>}
            />
          ) : (
            <EmptyState
              icon={<Send />}
              title="Nothing was sent yet"
              description="The next event that a target wants to know of is listed here, with each attempt and what came back."
            />
          )
        }
      />
      {deliveries.hasNextPage ? (
        <div className="pt-2">
          <Button onClick={() => deliveries.fetchNextPage()} loading={deliveries.isFetchingNextPage}>
            Show older deliveries
          </Button>
        </div>
      ) : null}
      <DeliverySheet
        workspaceId={workspaceId}
        delivery={rows?.find(({ id }) => id === openedId) ?? null}
        mayWrite={mayWrite}
        onClose={() => setView({ delivery: null })}
      />
    </Section>
  );
}

const COLUMNS: Column<NotificationDeliveryDto>[] = [
  {
    id: "title",
    header: "What",
    priority: 1,
    wrap: true,
    cell: (row) => <span className="font-medium">{row.title}</span>,
  },
  { id: "target", header: "To", width: "180px", cell: (row) => row.targetName },
  {
    id: "state",
    header: "State",
    width: "110px",
    cell: ({ state }) => (
      <StatusPill look="plain" tone={STATE_LOOKS[state].tone}>
        {STATE_LOOKS[state].label}
      </StatusPill>
    ),
  },
  {
    id: "attempt",
    header: "Last attempt",
    width: "240px",
    wrap: true,
    cell: ({ attempts, nextAttemptAt }) => {
      const last = attempts.at(-1);
      return (
        <span className="text-muted">
          {last ? attemptText(last) : "Not tried yet"}
          {last && nextAttemptAt !== null ? (
            <>
              ; again <RelativeTime at={nextAttemptAt} />
            </>
          ) : null}
        </span>
      );
    },
  },
  { id: "at", header: "When", width: "120px", cell: (row) => <RelativeTime at={row.createdAt} /> },
];
