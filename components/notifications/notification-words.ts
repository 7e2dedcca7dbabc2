import type { NotificationDeliveryDto, NotificationTargetDto } from "@/contracts/webhooks";
import {
  type DeliveryState,
  NOTIFICATION_EVENT_SENTENCES,
  NOTIFICATION_EVENTS,
  type TargetKind,
} from "@/domain/notifications/notification-event";

export const KIND_LABELS: Record<TargetKind, string> = { webhook: "Webhook", slack: "Slack", email: "E-mail" };

export const STATE_LOOKS: Record<DeliveryState, { label: string; tone: "positive" | "danger" | "progress" }> = {
  delivered: { label: "Delivered", tone: "positive" },
  pending: { label: "Waiting", tone: "progress" },
  failed: { label: "Failed", tone: "danger" },
};

/** Where a target sends to, in a line. */
export function placeText({ kind, address, recipients }: NotificationTargetDto): string {
  return kind === "email" ? recipients.join(", ") : (address ?? "");
}

/** "every event", one by its sentence, else how many. */
export function eventsText(events: NotificationTargetDto["events"]): string {
  const [only] = events;
  if (events.length === NOTIFICATION_EVENTS.length) return "Every event";
  return events.length === 1 && only ? NOTIFICATION_EVENT_SENTENCES[only] : `${events.length} events`;
}

/** What came of one attempt. */
export function attemptText({ status, error }: NotificationDeliveryDto["attempts"][number]): string {
  if (error === null) return status === null ? "Taken by the mail server" : `Answered ${status}`;
  return error.charAt(0).toUpperCase() + error.slice(1);
}

/** Addresses as somebody types them: one a line, or with commas between. */
export function readRecipients(text: string): string[] {
  return [
    ...new Set(
      text
        .split(/[\s,;]+/)
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    ),
  ];
}
