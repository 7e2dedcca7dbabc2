// `npm test`: what must be true before TypeScript can run, then scripts/test.ts in this same process. `.env` is not
// read: tests run on servers of their own.
import { ensureNodeModules, prepareProcess } from "./prepare.mjs";

prepareProcess({ loadEnvFile: false });
ensureNodeModules();
const { register } = await import("tsx/esm/api");
register();
await import("./test.ts");
