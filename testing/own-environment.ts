// Before each file of integration tests: files share a process, and what one set in its environment, or opened, is not the next one's.
import { resetEnvForTests } from "@/server/platform/env";
import { closeRegistries } from "@/server/registries/open-registry";

const OURS = /^(RECLAIM_|REGISTRY_|DATABASE_URL$|REDIS_URL$)/;
const globals = globalThis as { environmentAtStart?: Record<string, string | undefined> };

globals.environmentAtStart ??= { ...process.env };
for (const name of Object.keys(process.env)) {
  if (OURS.test(name) && !(name in globals.environmentAtStart)) Reflect.deleteProperty(process.env, name);
}
for (const [name, value] of Object.entries(globals.environmentAtStart)) if (OURS.test(name)) process.env[name] = value;
resetEnvForTests();
closeRegistries();
