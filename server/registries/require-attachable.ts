import type { RegistryReportDto } from "@/contracts/registries";
import { AppError } from "@/server/platform/app-error";
import { isUrlTaken } from "./attachment.store";
import { hasTwin } from "./has-twin";
import { inspectRegistry, type RegistryConnection } from "./inspect-registry";

/** Each registry is attached once: two rows of one would not keep each other's locks. Whose it is is not said. */
export function alreadyAttached(): AppError {
  return new AppError(
    "conflict",
    "This registry is attached already, maybe under another name, and each is attached once. If it is not in your list, ask a platform admin.",
  );
}

/**
 * The report of a registry that may be attached like this.
 * @throws AppError conflict (its address is taken), unprocessable (what the test found is in `errors`, by check)
 */
export async function requireAttachable(
  connection: RegistryConnection,
  exceptId: string | null,
): Promise<RegistryReportDto> {
  if (await isUrlTaken(connection.url, exceptId)) throw alreadyAttached();
  const report = await inspectRegistry(connection);
  const bad = report.findings.filter((finding) => finding.state === "bad");
  const [first] = bad;
  if (first) {
    throw new AppError(
      "unprocessable",
      [first.text, first.advice].filter(Boolean).join(" "),
      bad.map(({ check, text }) => ({ path: check, message: text })),
    );
  }
  if (await hasTwin(connection, exceptId)) throw alreadyAttached();
  return report;
}
