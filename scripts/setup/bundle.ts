import { readdirSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

/**
 * Makes a file of each program (paths within `root`) that starts without compiling anything: `worker/main.ts` becomes `<outDir>/main.mjs`.
 * The server's threads are made beside them, where they look for them. Packages stay where they are.
 */
export async function bundle(root: string, programs: string[], outDir: string): Promise<void> {
  const threads = readdirSync(path.join(root, "server"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("-thread.ts") && path.basename(name) !== "start-thread.ts")
    .map((name) => path.join("server", name));
  await build({
    ...{ entryPoints: [...programs, ...threads].map((file) => path.join(root, file)), entryNames: "[name]" },
    ...{ outdir: outDir, outExtension: { ".js": ".mjs" }, bundle: true, splitting: true, alias: { "@": root } },
    ...{ packages: "external", platform: "node", format: "esm", target: "node20", sourcemap: "linked" },
    logLevel: "silent",
  });
}
