/** What a workspace can be told of. The words are part of what receivers read: they are never changed, only added to. */
export const NOTIFICATION_EVENTS = [
  "run.finished",
  "run.failed",
  "run.waiting",
  "preview.ready",
  "bin.purge_soon",
  "gc.finished",
  "gc.failed",
  "quota.near",
] as const;
export type NotificationEventKind = (typeof NOTIFICATION_EVENTS)[number];

/** One line each, as the form shows them. */
export const NOTIFICATION_EVENT_SENTENCES: Record<NotificationEventKind, string> = {
  "run.finished": "A reclaim, restore or purge ended",
  "run.failed": "A reclaim, restore or purge failed",
  "run.waiting": "A run waits for somebody to confirm it",
  "preview.ready": "A preview is ready",
  "bin.purge_soon": "Entries of the recycle bin are purged by the end of tomorrow",
  "gc.finished": "A garbage collection ended",
  "gc.failed": "A garbage collection failed",
  "quota.near": "The tag quota is nearly used up",
};

export const TARGET_KINDS = ["webhook", "slack", "email"] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export const DELIVERY_STATES = ["pending", "delivered", "failed"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** From so much of the tag quota on it is near; below the lower one it is not any more. */
export const QUOTA_NEAR_PERCENT = 90;
export const QUOTA_FAR_PERCENT = 85;
