import { deliverDue } from "@/server/notifications/deliver";
import { tellDue } from "@/server/notifications/tell-due";

/** Sends what transactions and the clock below have written. */
export async function sendNotifications(shutdown: AbortSignal): Promise<void> {
  await deliverDue(new Date(), shutdown);
}

/** Writes what no transaction tells of: quotas that fill up, entries whose time is nearly up. */
export async function tellOfClocks(): Promise<void> {
  await tellDue(new Date());
}
