import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "@/scripts/setup/bundle";

const ROOT = path.resolve(import.meta.dirname, "..");
const made = new Map<string, Promise<string>>();

/**
 * The file that was made of a program of the benches (its `import.meta.url`), as an installation's worker is made: its memory, its start
 * and its threads are then those that users have, not those of a compiler.
 */
export function builtProgram(url: string): Promise<string> {
  const source = path.relative(ROOT, fileURLToPath(url));
  const name = path.basename(source, ".ts");
  const folder = path.join(ROOT, ".build/bench", name);
  const program = made.get(source) ?? bundle(ROOT, [source], folder).then(() => path.join(folder, `${name}.mjs`));
  made.set(source, program);
  return program;
}
