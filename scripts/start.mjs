// `npm start`: what must be true before TypeScript can run, then scripts/start.ts in this same process, so that
// there is nothing between the terminal's signals and the services.
import { checkSystem, ensureNodeModules, prepareProcess } from "./prepare.mjs";

prepareProcess();
checkSystem();
ensureNodeModules();
const { register } = await import("tsx/esm/api");
register();
await import("./start.ts");
