import { prisma, type Transaction } from "@/server/platform/db/prisma";
import { createRegistryAdapter } from "@/server/platform/registry/distribution-adapter";
import { writeHealth } from "./attachment.store";
import { authorizerOf } from "./open-registry";
import type { RegistryRecord } from "./registry.store";
import { addressPolicyOf } from "./registry-connection";
import { failureOf } from "./registry-failure";

const PATIENCE_MS = 8000;

/**
 * Asks a registry whether it answers and takes our credentials, and keeps the answer, with what `within` does in the same transaction.
 * Never throws for what is wrong with the registry.
 */
export async function checkHealth(
  registry: RegistryRecord,
  within?: (tx: Transaction) => Promise<void>,
): Promise<void> {
  const health = await askHealth(registry);
  await prisma().$transaction(async (tx) => {
    await writeHealth(tx, registry, health);
    await within?.(tx);
  });
}

async function askHealth(registry: RegistryRecord): Promise<Parameters<typeof writeHealth>[2]> {
  const beganMs = performance.now();
  try {
    const adapter = createRegistryAdapter(registry.kind, {
      url: registry.url,
      authorizer: await authorizerOf(registry),
      storageRoot: null,
      addressPolicy: addressPolicyOf(registry),
      attempts: 1,
      timeoutCapMs: PATIENCE_MS,
    });
    await adapter.ping().finally(() => adapter.close());
  } catch (error) {
    return { state: "unhealthy", error: failureOf(error, registry.url).text, latencyMs: null };
  }
  return { state: "healthy", error: null, latencyMs: Math.round(performance.now() - beganMs) };
}
