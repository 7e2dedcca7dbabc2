import path from "node:path";
import { build } from "esbuild";

const ROOT = path.resolve(import.meta.dirname, "..");

/**
 * Makes one file of a program of ours and answers its path: a test that starts it for each of its cases would else have every module
 * compiled again each time, which takes longer than the case. Packages stay where they are.
 */
export async function buildProgram(entry: string): Promise<string> {
  const outfile = path.join(ROOT, ".test/programs", `${path.basename(entry, ".ts")}-${process.pid}.mjs`);
  await build({
    ...{ entryPoints: [path.join(ROOT, entry)], outfile, bundle: true, packages: "external", alias: { "@": ROOT } },
    ...{ platform: "node", format: "esm", target: "node20", sourcemap: "inline", logLevel: "silent" },
  });
  return outfile;
}
