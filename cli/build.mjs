// Makes the one file that is installed: everything that the command needs is inside, so that it has no dependencies.
import { chmodSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const HERE = import.meta.dirname;
const outfile = path.join(HERE, "dist/reclaim.cjs");

await build({
  entryPoints: [path.join(HERE, "main.ts")],
  outfile,
  bundle: true,
  // What it stands on is written for `require`.
  format: "cjs",
  platform: "node",
  target: "node20",
  alias: { "@": path.resolve(HERE, "..") },
  banner: { js: "#!/usr/bin/env node" },
  legalComments: "none",
  minify: true,
  keepNames: true,
  logLevel: "warning",
});
chmodSync(outfile, 0o755);
