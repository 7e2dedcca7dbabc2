import type { NotificationTargetDto } from "@/contracts/webhooks";
import type { NotificationEventKind, TargetKind } from "@/domain/notifications/notification-event";
import type { ListedTarget } from "./target.store";

/** A target as the API shows it: never its whole address, nor its secret. */
export function targetDto(target: ListedTarget): NotificationTargetDto {
  const { id, name, kind, address, recipients, events, isEnabled, revision, createdByName, lastError } = target;
  return {
    ...{ id, name, kind: kind as TargetKind, address, recipients, events: events as NotificationEventKind[] },
    ...{ isEnabled, revision, createdByName, lastError },
    createdAt: target.createdAt.toISOString(),
    lastDeliveredAt: target.lastDeliveredAt?.toISOString() ?? null,
  };
}

const SHOWN_END = 4;

/** An address to be known again by: its host, and how its path ends. The rest of it is as good as a password. */
export function shortAddress(url: string): string {
  const { origin, pathname, search } = new URL(url);
  const rest = `${pathname === "/" ? "" : pathname}${search}`;
  return rest.length <= SHOWN_END ? `${origin}${rest}` : `${origin}/…${rest.slice(-SHOWN_END)}`;
}
