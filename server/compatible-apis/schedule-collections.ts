import { z } from "zod";
import { cronExpressionProblem } from "@/lib/cron";
import { getGcSchedule } from "@/server/gc/get-gc-schedule";
import { removeGcSchedule } from "@/server/gc/remove-gc-schedule";
import { setGcSchedule } from "@/server/gc/set-gc-schedule";
import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { type AdministeredRegistry, administeredRegistries } from "./administered-registries";
import { modeOf } from "./collect-registry";
import { nothingThere } from "./start-collections";

const bodySchema = z.object({ schedule: z.string().max(200) });
/** Where a schedule names no zone its times are these. */
const TIME_ZONE = "UTC";

/**
 * Sets when every registry that somebody administers is collected by itself: six fields with seconds, or five; `""` ends it. What was
 * chosen besides in the console (untagged manifests, time limit) stays.
 * @throws AppError bad_request with what the parser says; forbidden; unprocessable where they administer none
 */
export async function scheduleCollections(actor: Actor, body: unknown): Promise<{ schedule: string }> {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) throw new AppError("bad_request", 'send {"schedule": "0 0 3 * * SAT"}, or "" to remove it');
  const expression = parsed.data.schedule.trim();
  const problem = expression === "" ? null : cronExpressionProblem(expression);
  if (problem !== null) throw new AppError("bad_request", problem);
  const registries = await administeredRegistries(actor, "gc.run");
  if (registries.length === 0) throw nothingThere();
  for (const registry of registries) {
    if (expression === "") await removeGcSchedule(registry.scope, { registryId: registry.place.registryId });
    else await schedule(registry, expression);
  }
  return { schedule: expression };
}

async function schedule({ scope, place }: AdministeredRegistry, expression: string): Promise<void> {
  const { registryId } = place;
  const { schedule: before } = await getGcSchedule(scope, { registryId });
  const fresh = { deleteUntagged: false, sweepBlobs: true, timeBoxMinutes: null, mode: await modeOf(scope, place) };
  const { deleteUntagged, sweepBlobs, timeBoxMinutes, mode } = before ?? fresh;
  await setGcSchedule(scope, {
    ...{ registryId, expression, timeZone: before?.timeZone ?? TIME_ZONE, isEnabled: true },
    ...{ deleteUntagged, sweepBlobs, timeBoxMinutes, mode, revision: before?.revision ?? 0 },
  });
}
