import { hash } from "node:crypto";

/** Whether the bytes are what the digest (`sha256:…` or `sha512:…`) names. */
export function hasDigest(bytes: Uint8Array, digest: string): boolean {
  const [algorithm = "", hex] = digest.split(":");
  return hash(algorithm, bytes, "hex") === hex;
}
