import { RegistryError } from "@/server/platform/registry/registry-error";
import { StorageReadError } from "@/server/platform/storage/blob-storage";
import { RegistryLooksEmpty } from "./assert-holds";

/**
 * Why a reading failed, as members of the workspace are told. What the registry or its storage said is in words of ours; anything else
 * may name what is the server's own (files, addresses, queries), and is for its log.
 */
export function crawlFailure(error: unknown): string {
  const isOurs = [RegistryError, StorageReadError, RegistryLooksEmpty].some((kind) => error instanceof kind);
  if (isOurs && error instanceof Error) return error.message;
  return "something went wrong in the console, whose log says what";
}
