import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startStack } from "./stack";

/**
 * Makes what every spec's console starts from once: the state of an installation with the demo in it, and of an empty one. To initialise a
 * database and push the demo's images for each spec would take longer than the specs.
 */
export default async function prepareTemplates(): Promise<() => void> {
  const templates = mkdtempSync(path.join(tmpdir(), "reclaim-templates-"));
  // The database's user has to get to its own folder below.
  chmodSync(templates, 0o711);
  const remove = () => rmSync(templates, { recursive: true, force: true });
  try {
    for (const name of ["demo", "empty"]) {
      const stack = await startStack({ stateDir: path.join(templates, name), isDemo: name === "demo" });
      await stack.stop();
    }
  } catch (error) {
    remove();
    throw error;
  }
  // Read by the processes of the runner, which start after this.
  process.env.RECLAIM_E2E_TEMPLATES = templates;
  return remove;
}
