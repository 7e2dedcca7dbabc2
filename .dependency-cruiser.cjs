// The import table of docs/ARCHITECTURE.md, as errors. A room lists what it may import; anything else is refused.
const TEST_FILE = "\\.(test|int\\.test|spec)\\.tsx?$";
const ROOMS = {
  lib: ["lib"],
  domain: ["domain", "lib"],
  contracts: ["contracts", "domain", "lib"],
  "server/platform": ["server/platform", "contracts", "domain", "lib", "prisma/generated"],
  server: ["server", "contracts", "domain", "lib", "prisma/generated"],
  app: ["app", "server", "components", "contracts", "domain", "lib"],
  components: ["components", "contracts", "domain", "lib"],
  worker: ["worker", "server", "contracts", "domain", "lib"],
  cli: ["cli", "contracts", "domain", "lib"],
  scripts: ["scripts", "server", "contracts", "domain", "lib"],
};
const OURS = "^(lib|domain|contracts|server|app|components|worker|cli|scripts|prisma|testing|e2e|bench)/";
// Where the more specific room (server/platform) has its own row, the general one must not loosen it.
const fromPath = (room) => (room === "server" ? "^server/(?!platform/)" : `^${room}/`);

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `room-${room.replace("/", "-")}`,
  comment: `${room} may import only: ${allowed.join(", ")}`,
  severity: "error",
  from: { path: fromPath(room), pathNot: TEST_FILE },
  to: { path: OURS, pathNot: allowed.map((r) => `^${r}/`) },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: "tests-may-use-testing-only-besides",
      comment: "A test may also import testing/; it must not reach into e2e, bench or app.",
      severity: "error",
      from: { path: `^(lib|domain|contracts|server|worker|cli|components)/.*${TEST_FILE}` },
      to: { path: "^(e2e|bench|app)/" },
    },
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { pathNot: "node_modules|prisma/generated" } },
    },
    {
      name: "pure-rooms-do-no-io",
      comment: "lib and domain decide; they do not read clocks, files, networks or the environment.",
      severity: "error",
      from: { path: "^(lib|domain)/", pathNot: TEST_FILE },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "domain-packages",
      severity: "error",
      from: { path: "^domain/", pathNot: TEST_FILE },
      to: { path: "node_modules", pathNot: "node_modules/zod" },
    },
    {
      name: "prisma-client-in-stores-only",
      severity: "error",
      from: { pathNot: "^(prisma/generated|server/platform/db)/|\\.store\\.ts$|^testing/" },
      to: { path: "^prisma/generated", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "bullmq-in-queue-and-worker-only",
      severity: "error",
      from: { pathNot: "^(server/platform/queue|worker|testing)/" },
      to: { path: "node_modules/bullmq" },
    },
    {
      name: "next-at-the-edge-only",
      severity: "error",
      from: { path: "^(server|worker|domain|contracts|lib|cli|scripts)/", pathNot: "^server/platform/(http|auth)/" },
      to: { path: "node_modules/(next|next-auth)/" },
    },
    {
      name: "a-store-belongs-to-its-area",
      comment: "Another area's queries are reached through its use cases.",
      severity: "error",
      from: { path: "^server/([^/]+)/", pathNot: TEST_FILE },
      to: {
        path: "^server/[^/]+/.*\\.store\\.ts$",
        pathNot: "^server/($1|platform)/",
        dependencyTypesNot: ["type-only"],
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|prisma/generated" },
    exclude: { path: "^(\\.next|node_modules|prisma/generated/internal)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".cjs", ".js"],
    },
  },
};
