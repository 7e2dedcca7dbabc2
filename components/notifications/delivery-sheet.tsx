"use client";

import { RotateCw } from "lucide-react";
import { toast } from "sonner";
import type { NotificationDeliveryDto } from "@/contracts/webhooks";
import { NOTIFICATION_EVENT_SENTENCES } from "@/domain/notifications/notification-event";
import { JsonView } from "../images/json-view";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { SideSheet } from "../recycle-bin/side-sheet";
import { KeyValueList } from "../ui/key-value-list";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { StatusPill } from "../ui/status-pill";
import { attemptText, STATE_LOOKS } from "./notification-words";
import { useRetryDelivery } from "./queries";

/** One notification: each attempt, what is sent, and sending it again. */
export function DeliverySheet({
  workspaceId,
  delivery,
  mayWrite,
  onClose,
}: {
  workspaceId: string;
  delivery: NotificationDeliveryDto | null;
  mayWrite: boolean;
  onClose: () => void;
}) {
  const retry = useRetryDelivery(workspaceId);
  const send = (deliveryId: string) =>
    retry.mutate(deliveryId, {
      onSuccess: () => {
        onClose();
        toast.success("It is sent again within seconds");
      },
      onError: (error) => toast.error(problemOf(error)?.detail ?? "It could not be sent again"),
    });
  if (delivery === null) return null;
  const look = STATE_LOOKS[delivery.state];
  return (
    <SideSheet
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      title={delivery.title}
      description={`To ${delivery.targetName}`}
      footer={
        delivery.state === "delivered" ? undefined : (
          <GatedButton
            variant="primary"
            icon={<RotateCw aria-hidden="true" />}
            loading={retry.isPending}
            reason={mayWrite ? null : missingPermissionText("notifications.write")}
            onClick={() => send(delivery.id)}
          >
            Send again
          </GatedButton>
        )
      }
    >
      <KeyValueList
        items={[
          { label: "State", value: <StatusPill tone={look.tone}>{look.label}</StatusPill> },
          {
            label: "Event",
            value: delivery.event === "test" ? "A test" : NOTIFICATION_EVENT_SENTENCES[delivery.event],
          },
          { label: "Happened", value: <RelativeTime at={delivery.createdAt} /> },
          ...(delivery.nextAttemptAt === null
            ? []
            : [{ label: "Next attempt", value: <RelativeTime at={delivery.nextAttemptAt} /> }]),
        ]}
      />
      <h3 className="mt-5 mb-2 font-medium">Attempts</h3>
      {delivery.attempts.length === 0 ? (
        <p className="text-muted">None yet.</p>
      ) : (
        <ol aria-label="Attempts" className="divide-y divide-rule border-rule border-y">
          {delivery.attempts.map((attempt) => (
            <li key={attempt.at} className="flex items-baseline justify-between gap-4 py-2">
              <span className={attempt.error === null ? "" : "text-danger"}>{attemptText(attempt)}</span>
              <span className="shrink-0 text-sm text-subtle tabular-nums">
                {attempt.durationMs} ms, <RelativeTime at={attempt.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
      <h3 className="mt-5 mb-2 font-medium">Payload</h3>
      <JsonView value={delivery.payload} label="Payload" />
    </SideSheet>
  );
}
