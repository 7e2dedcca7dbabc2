import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureWorkerBuilt } from "@/scripts/setup/build";
import { bundle } from "@/scripts/setup/bundle";
import { silentStep } from "@/scripts/setup/terminal";
import { roomyPlace } from "@/testing/roomy-place";
import { serveSharedStack } from "./shared-stack";
import { prepareState } from "./stack";

const ROOT = path.resolve(import.meta.dirname, "../..");
const SEED_FOLDER = path.join(ROOT, ".test/programs/e2e");

/**
 * Makes what every spec's console starts from once: the state of an installation with the demo in it, and of an empty one. To initialise a
 * database and push the demo's images for each spec would take longer than the specs.
 */
export default async function prepareTemplates(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(roomyPlace(), "reclaim-e2e-"));
  const templates = path.join(folder, "templates");
  mkdirSync(templates);
  // The database's user has to get to its own folder below.
  for (const each of [folder, templates]) chmodSync(each, 0o711);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    // Read by the processes of the runner, which start after this.
    await bundle(ROOT, ["e2e/support/seed-process.ts"], SEED_FOLDER);
    process.env.RECLAIM_E2E_SEED = path.join(SEED_FOLDER, "seed-process.mjs");
    await ensureWorkerBuilt(ROOT, silentStep);
    await Promise.all(
      ["demo", "empty"].map((name) => prepareState({ stateDir: path.join(templates, name), isDemo: name === "demo" })),
    );
  } catch (error) {
    remove();
    throw error;
  }
  process.env.RECLAIM_E2E_TEMPLATES = templates;
  process.env.RECLAIM_E2E_STATES = folder;
  const stopShared = await serveSharedStack();
  return async () => {
    await stopShared();
    remove();
  };
}
