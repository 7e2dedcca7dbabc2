import { displayStatus } from "@/domain/history/run-status";
import type { CollectionRow } from "./compatible-apis.store";

export const COLLECTION_TYPES = {
  "untagged manifests only": { deleteUntagged: true, sweepBlobs: false },
  "unreferenced blobs only": { deleteUntagged: false, sweepBlobs: true },
  "untagged manifests and unreferenced blobs": { deleteUntagged: true, sweepBlobs: true },
} as const;
export type CollectionType = keyof typeof COLLECTION_TYPES;

type Shown = Pick<
  CollectionRow,
  | "id"
  | "status"
  | "phase"
  | "options"
  | "progress"
  | "totals"
  | "createdAt"
  | "finishedAt"
  | "heartbeatAt"
  | "cancelRequestedAt"
>;

/** One of the eight words of the API; one that ran out of its time counts as cancelled, as it did not come to its end. */
function statusOf(run: Shown): string {
  const status = displayStatus(run);
  if (status === "cancelling" || status === "failed" || status === "succeeded" || status === "cancelled") return status;
  if (status === "time_boxed") return "cancelled";
  if (run.phase === "requested" || run.phase === "waiting_for_lock") return "requested";
  if (run.phase === "waiting_for_writers") return "waiting for write JWTs to expire";
  return run.phase === "marking" ? "scanning manifests" : "deleting unreferenced blobs";
}

function typeOf(run: Shown): CollectionType {
  const { deleteUntagged, sweepBlobs } = run.options as { deleteUntagged?: boolean; sweepBlobs?: boolean };
  if (deleteUntagged !== true) return "unreferenced blobs only";
  return sweepBlobs === false ? "untagged manifests only" : "untagged manifests and unreferenced blobs";
}

/** A collection as `doctl` reads it: counts of what is really gone, partial ones too. */
export function collectionJson(run: Shown, registryName: string) {
  const numbers = { ...(run.progress as object), ...(run.totals as object) } as Record<string, number | undefined>;
  return {
    uuid: run.id,
    registry_name: registryName,
    status: statusOf(run),
    type: typeOf(run),
    created_at: run.createdAt.toISOString(),
    updated_at: (run.finishedAt ?? run.heartbeatAt ?? run.createdAt).toISOString(),
    blobs_deleted: numbers.deletedBlobs ?? 0,
    freed_bytes: numbers.freedBytes ?? 0,
  };
}
