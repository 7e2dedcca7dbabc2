// Runs dependency-cruiser over every room, and fails when it saw suspiciously few modules: a resolver that
// silently finds nothing reports "no violations" too.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";

const config = createRequire(import.meta.url)("../.dependency-cruiser.cjs");
const MINIMUM_MODULES = 150;
const rooms = [
  "lib",
  "domain",
  "contracts",
  "server",
  "app",
  "components",
  "worker",
  "cli",
  "scripts",
  "testing",
  "e2e",
  "bench",
].filter(existsSync);
const { output } = await cruise(
  rooms,
  { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true },
  {},
  { tsConfig: extractTSConfig("tsconfig.json") },
);
const modules = output.modules.filter((m) => !m.source.includes("node_modules")).length;
for (const v of output.summary.violations) console.error(`${v.rule.severity} ${v.rule.name}: ${v.from} -> ${v.to}`);
if (modules < MINIMUM_MODULES) console.error(`only ${modules} modules were seen, at least ${MINIMUM_MODULES} expected`);
console.log(`${modules} modules, ${output.summary.violations.length} violations`);
process.exit(output.summary.violations.length > 0 || modules < MINIMUM_MODULES ? 1 : 0);
