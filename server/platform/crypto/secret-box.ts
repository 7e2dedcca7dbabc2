import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { env } from "../env";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function key(): Buffer {
  const bytes = Buffer.from(env().RECLAIM_ENCRYPTION_KEY, "base64");
  if (bytes.length !== 32) throw new Error("RECLAIM_ENCRYPTION_KEY has to be 32 bytes in base64");
  return bytes;
}

/** AES-256-GCM under the console's key; `v1.` + base64 of nonce, tag and text. */
export function encryptSecret(text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key(), nonce);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64")}`;
}

/** @throws Error when the text was changed or encrypted under another key */
export function decryptSecret(sealed: string): string {
  if (!sealed.startsWith("v1.")) throw new Error("not a sealed secret");
  const bytes = Buffer.from(sealed.slice(3), "base64");
  const decipher = createDecipheriv("aes-256-gcm", key(), bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
}
