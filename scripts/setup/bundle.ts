import { readdirSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

/** They read files beside them, or are there for tools only. */
const OUTSIDE = ["@prisma/client", "@prisma/client/*", "esbuild", "pg-native"];
/** What packages of the older kind expect to be there. */
const REQUIRE = [
  'import { createRequire as bundled_createRequire } from "node:module";',
  'import { dirname as bundled_dirname } from "node:path";',
  'import { fileURLToPath as bundled_fileURLToPath } from "node:url";',
  "const require = bundled_createRequire(import.meta.url);",
  "const __filename = bundled_fileURLToPath(import.meta.url);",
  "const __dirname = bundled_dirname(__filename);",
].join("\n");

/**
 * Makes a file of each program (paths within `root`) that starts without compiling anything: `worker/main.ts` becomes `<outDir>/main.mjs`.
 * The server's threads are made beside them, where they look for them. Packages are taken in, but for a few: to find and read a
 * thousand files of theirs takes as long as all the rest of a start. The maps by which a stack names our files are held in memory: they go
 * without the sources.
 */
export async function bundle(root: string, programs: string[], outDir: string): Promise<void> {
  const threads = readdirSync(path.join(root, "server"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("-thread.ts") && path.basename(name) !== "start-thread.ts")
    .map((name) => path.join("server", name));
  await build({
    ...{ entryPoints: [...programs, ...threads].map((file) => path.join(root, file)), entryNames: "[name]" },
    ...{ outdir: outDir, outExtension: { ".js": ".mjs" }, bundle: true, splitting: true, alias: { "@": root } },
    ...{ external: OUTSIDE, banner: { js: REQUIRE }, mainFields: ["module", "main"] },
    ...{ platform: "node", format: "esm", target: "node20", sourcemap: "linked", sourcesContent: false },
    logLevel: "silent",
  });
}
