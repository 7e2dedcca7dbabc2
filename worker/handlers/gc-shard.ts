import type { JobPayload } from "@/contracts/jobs";
import { helpCollection } from "@/server/gc/help-collection";
import type { JobContext } from "../job-context";

export function handleGcShard(payload: JobPayload<"gc-shard">, { workerId, shutdown }: JobContext): Promise<void> {
  return helpCollection(payload, workerId, shutdown);
}
