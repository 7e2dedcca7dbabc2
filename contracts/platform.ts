import { z } from "zod";
import { hasOnlyVisibleText, timeSchema, VISIBLE_TEXT_PROBLEM } from "./common";
import { defineOperation } from "./define";

/** The platform's kill switch: while it is on, no reclaim runs in any workspace; previews and restores do. */
const reclaimSwitchSchema = z.object({
  isStopped: z.boolean(),
  reason: z.string().nullable(),
  stoppedByName: z.string().nullable(),
  stoppedAt: timeSchema.nullable(),
  /** whether who asks may turn it */
  canChange: z.boolean(),
  /** who turned it, newest first; for platform admins, empty for others */
  changes: z.array(
    z.object({ at: timeSchema, actorName: z.string(), isStopped: z.boolean(), reason: z.string().nullable() }),
  ),
});
export type ReclaimSwitchDto = z.infer<typeof reclaimSwitchSchema>;

export const getReclaimSwitch = defineOperation({
  id: "getReclaimSwitch",
  method: "GET",
  path: "/api/v1/platform/reclaim-switch",
  summary: "Whether reclaiming is stopped on the whole platform, and why",
  response: reclaimSwitchSchema,
});

const stopAllReclaimsBodySchema = z
  .object({
    reason: z
      .string()
      .trim()
      .min(3, "say why, for those whose runs are stopped")
      .max(300, "use at most 300 characters")
      .refine(hasOnlyVisibleText, VISIBLE_TEXT_PROBLEM),
  })
  .strict();

export const stopAllReclaims = defineOperation({
  id: "stopAllReclaims",
  method: "POST",
  path: "/api/v1/platform/reclaim-switch/stop",
  summary: "Stop every reclaim of every workspace, and let none start (platform admins)",
  body: stopAllReclaimsBodySchema,
  response: reclaimSwitchSchema,
});

export const allowReclaims = defineOperation({
  id: "allowReclaims",
  method: "POST",
  path: "/api/v1/platform/reclaim-switch/allow",
  summary: "Let reclaims run again (platform admins); what was stopped stays stopped",
  response: reclaimSwitchSchema,
});
