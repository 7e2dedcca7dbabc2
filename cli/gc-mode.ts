import { GC_MODES } from "@/domain/gc/gc-mode";
import { CliError, EXIT } from "./exit-code";

/** A mode of collections as people write it: `read-only` or `online`. @throws CliError where there is no such mode */
export function gcMode(text: string): (typeof GC_MODES)[number] {
  const mode = GC_MODES.find((one) => one === text.replace("-", "_"));
  if (!mode) throw new CliError(`There is no mode ${text}: read-only or online.`, EXIT.usage);
  return mode;
}
