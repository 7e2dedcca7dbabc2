import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundle } from "@/scripts/setup/bundle";
import { startStack } from "./stack";

const ROOT = path.resolve(import.meta.dirname, "../..");
const SEED_FOLDER = path.join(ROOT, ".test/programs/e2e");

/**
 * Makes what every spec's console starts from once: the state of an installation with the demo in it, and of an empty one. To initialise a
 * database and push the demo's images for each spec would take longer than the specs.
 */
export default async function prepareTemplates(): Promise<() => void> {
  const templates = mkdtempSync(path.join(tmpdir(), "reclaim-templates-"));
  // The database's user has to get to its own folder below.
  chmodSync(templates, 0o711);
  const remove = () => rmSync(templates, { recursive: true, force: true });
  // Read by the processes of the runner, which start after this.
  await bundle(ROOT, ["e2e/support/seed-process.ts"], SEED_FOLDER);
  process.env.RECLAIM_E2E_SEED = path.join(SEED_FOLDER, "seed-process.mjs");
  try {
    for (const name of ["demo", "empty"]) {
      const stack = await startStack({ stateDir: path.join(templates, name), isDemo: name === "demo" });
      await stack.stop();
    }
  } catch (error) {
    remove();
    throw error;
  }
  process.env.RECLAIM_E2E_TEMPLATES = templates;
  return remove;
}
