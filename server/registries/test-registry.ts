import type { RegistryReportDto } from "@/contracts/registries";
import { parseRegistryUrl } from "@/domain/registries/registry-url";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { inspectRegistry } from "./inspect-registry";
import { requireEditableRegistry } from "./require-editable-registry";
import { storedPassword } from "./stored-password";
import { type ConnectionInput, wantedConnection } from "./wanted-connection";

/**
 * Looks at a registry without attaching it. With `registryId`, one that is being edited: where no password is given, its own is used.
 * @throws AppError not_found, forbidden, unprocessable (the kept password would go elsewhere)
 */
export async function testRegistry(
  scope: WorkspaceScope,
  input: ConnectionInput & { registryId?: string | undefined },
): Promise<RegistryReportDto> {
  const edited = input.registryId === undefined ? null : await requireEditableRegistry(scope, input.registryId);
  const isPlatformWide = edited ? edited.workspaceId === null : input.isPlatformWide;
  const connection = wantedConnection(scope, { ...input, isPlatformWide }, edited);
  if (edited && connection.auth === "basic" && connection.password === null) {
    const address = parseRegistryUrl(input.url);
    connection.password = storedPassword(edited, address.ok ? address.url : input.url);
  }
  return inspectRegistry(connection);
}
