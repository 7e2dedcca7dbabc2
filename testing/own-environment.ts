// Before each file of integration tests: files share a process, and what one set in its environment, or opened, is not the next one's.
import { closeAttemptLimiters } from "@/server/platform/auth/attempt-limiters";
import { disconnectPrisma } from "@/server/platform/db/prisma";
import { resetEnvForTests } from "@/server/platform/env";
import { closeRateLimits } from "@/server/platform/http/rate-limit";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { closeRegistries } from "@/server/registries/open-registry";

const OURS = /^(RECLAIM_|REGISTRY_|DATABASE_URL$|REDIS_URL$)/;
const globals = globalThis as { environmentAtStart?: Record<string, string | undefined> };

globals.environmentAtStart ??= { ...process.env };
for (const name of Object.keys(process.env)) {
  if (OURS.test(name) && !(name in globals.environmentAtStart)) Reflect.deleteProperty(process.env, name);
}
for (const [name, value] of Object.entries(globals.environmentAtStart)) if (OURS.test(name)) process.env[name] = value;
resetEnvForTests();
// Whatever is made once a process, with the environment of whoever came first.
closeRegistries();
closeRateLimits();
await Promise.all([closeAttemptLimiters(), closeQueues(), disconnectPrisma()]);
