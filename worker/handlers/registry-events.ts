import type { JobPayload } from "@/contracts/jobs";
import { processRegistryEvents } from "@/server/images/process-registry-events";
import type { JobContext } from "../job-context";

export async function handleRegistryEvents(
  { registryId }: JobPayload<"registry-events">,
  { shutdown }: JobContext,
): Promise<void> {
  await processRegistryEvents(registryId, shutdown);
}
