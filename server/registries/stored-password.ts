import { AppError } from "@/server/platform/app-error";
import { decryptSecret } from "@/server/platform/crypto/secret-box";
import type { RegistryRecord } from "./registry.store";

/**
 * The password that a registry has, for its own address alone: whoever may edit a registry could else have it sent to a server of theirs.
 * @throws AppError unprocessable when it would go to another address
 */
export function storedPassword(
  registry: Pick<RegistryRecord, "url" | "passwordEncrypted">,
  url: string,
): string | null {
  if (registry.passwordEncrypted === null) return null;
  if (url !== registry.url) {
    throw new AppError(
      "unprocessable",
      "Write the password again: the one that is kept is only sent to the address that it was given for.",
    );
  }
  return decryptSecret(registry.passwordEncrypted);
}
