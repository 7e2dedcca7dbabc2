import type { ReactNode } from "react";
import type { NotificationTargetDto } from "@/contracts/webhooks";
import { NOTIFICATION_EVENT_SENTENCES } from "@/domain/notifications/notification-event";
import type { Column } from "../ui/data-table-columns";
import { RelativeTime } from "../ui/relative-time";
import { StatusPill } from "../ui/status-pill";
import { eventsText, KIND_LABELS, placeText } from "./notification-words";

/** The list of targets; `menu` is what can be done with one. */
export function targetColumns(menu: (target: NotificationTargetDto) => ReactNode): Column<NotificationTargetDto>[] {
  return [
    {
      id: "name",
      header: "Target",
      priority: 1,
      wrap: true,
      cell: (target) => (
        <span className="flex min-w-0 flex-col py-1">
          <span className="font-medium">{target.name}</span>
          <span className="text-muted text-sm [overflow-wrap:anywhere]">
            {KIND_LABELS[target.kind]} · {placeText(target)}
          </span>
        </span>
      ),
    },
    {
      id: "events",
      header: "Told of",
      width: "260px",
      wrap: true,
      cell: ({ events }) => (
        <span title={events.map((event) => NOTIFICATION_EVENT_SENTENCES[event]).join("\n")}>{eventsText(events)}</span>
      ),
    },
    { id: "state", header: "State", width: "220px", wrap: true, cell: (target) => <TargetState target={target} /> },
    { id: "actions", header: "Actions", hideHeader: true, width: "48px", align: "end", cell: menu },
  ];
}

function TargetState({ target }: { target: NotificationTargetDto }) {
  if (!target.isEnabled) {
    return (
      <StatusPill look="plain" tone="neutral">
        Off
      </StatusPill>
    );
  }
  if (target.lastError !== null) {
    return (
      <span className="flex flex-col">
        <StatusPill look="plain" tone="danger">
          Failing
        </StatusPill>
        <span className="text-muted text-sm">{target.lastError}</span>
      </span>
    );
  }
  return (
    <span className="flex flex-col">
      <StatusPill look="plain" tone="positive">
        On
      </StatusPill>
      <span className="text-muted text-sm">
        {target.lastDeliveredAt === null ? (
          "nothing sent yet"
        ) : (
          <>
            last sent <RelativeTime at={target.lastDeliveredAt} />
          </>
        )}
      </span>
    </span>
  );
}
