// `npm run bench -- <name>`: measures beside what people would use instead, and prints a table. Numbers of one machine and one run.
import process from "node:process";

const BENCHES: Record<string, () => Promise<{ run(): Promise<void> }>> = {
  api: () => import("./api"),
  bin: () => import("./bin"),
  browse: () => import("./browse"),
  crawl: () => import("./crawl"),
  gc: () => import("./gc"),
  "gc-memory": () => import("./gc-memory"),
  "gc-s3": () => import("./gc-s3"),
  "gc-workers": () => import("./gc-workers"),
  inventory: () => import("./inventory"),
  live: () => import("./live"),
  moves: () => import("./moves"),
  planning: () => import("./planning"),
  "run-items": () => import("./run-items"),
};

const names = process.argv.slice(2);
const load = BENCHES[names[0] ?? ""];
if (names.length !== 1 || !load) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join("|")}\n`);
  process.exit(2);
}
const bench = await load();
await bench.run();
process.exit(0);
