import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CliError, EXIT } from "./exit-code";

/** Opens a text in $VISUAL or $EDITOR and answers what it is afterwards. @throws CliError where the editor fails */
export function editText(text: string, name: string): string {
  const editor = process.env.VISUAL || process.env.EDITOR;
  if (!editor) throw new CliError("Set EDITOR, or say with options what is to change.", EXIT.usage);
  const folder = mkdtempSync(path.join(tmpdir(), "reclaim-edit-"));
  const file = path.join(folder, name);
  try {
    writeFileSync(file, text, { mode: 0o600 });
    // As a shell would: an editor may be a name with options.
    const { status } = spawnSync(`${editor} "${file}"`, { shell: true, stdio: "inherit" });
    if (status !== 0) throw new CliError("The editor ended with an error: nothing was changed.", EXIT.usage);
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
