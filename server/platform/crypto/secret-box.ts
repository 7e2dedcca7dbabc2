import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { env } from "../env";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface SecretKey {
  /** Tells keys apart, and nothing about them. */
  id: string;
  bytes: Buffer;
}

let known: { text: string; keys: SecretKey[] } | undefined;

/** The key in force first, then those that older secrets are under. */
function keys(): SecretKey[] {
  const { RECLAIM_ENCRYPTION_KEY, RECLAIM_OLD_ENCRYPTION_KEYS } = env();
  const text = [RECLAIM_ENCRYPTION_KEY, ...RECLAIM_OLD_ENCRYPTION_KEYS].join(",");
  if (known?.text !== text) known = { text, keys: text.split(",").map(keyOf) };
  return known.keys;
}

function keyOf(base64: string): SecretKey {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length !== 32) throw new Error("RECLAIM_ENCRYPTION_KEY has to be 32 bytes in base64");
  return { id: createHash("sha256").update("reclaim key id").update(bytes).digest("hex").slice(0, 8), bytes };
}

function currentKey(): SecretKey {
  const [key] = keys();
  if (!key) throw new Error("there is no encryption key");
  return key;
}

/** AES-256-GCM under the console's key; `v2.`, the key's id, and base64 of nonce, tag and text. */
export function encryptSecret(text: string): string {
  const { id, bytes } = currentKey();
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", bytes, nonce);
  // The id is no secret, but it is signed: nobody makes one key's secret look like another's.
  cipher.setAAD(Buffer.from(id));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return `v2.${id}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64")}`;
}

/** @throws Error when the text was changed, or is under a key that this console does not have */
export function decryptSecret(sealed: string): string {
  const [version, ...parts] = sealed.split(".");
  if (version === "v2") {
    const [id = "", body = ""] = parts;
    const key = keys().find((candidate) => candidate.id === id);
    if (!key) throw new Error(`a secret is under the encryption key ${id}, which this console does not have`);
    return open(key.bytes, body, Buffer.from(id));
  }
  if (version !== "v1") throw new Error("not a sealed secret");
  // From before keys had ids: whichever opens it.
  for (const [at, key] of keys().entries()) {
    try {
      return open(key.bytes, parts[0] ?? "", null);
    } catch (error) {
      if (at === keys().length - 1) throw error;
    }
  }
  throw new Error("there is no encryption key");
}

/** The same secret under the key in force; null where it is under it already. @throws Error as `decryptSecret` */
export function sealAgain(sealed: string): string | null {
  return sealed.startsWith(`v2.${currentKey().id}.`) ? null : encryptSecret(decryptSecret(sealed));
}

function open(key: Buffer, body: string, signed: Buffer | null): string {
  const bytes = Buffer.from(body, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  if (signed) decipher.setAAD(signed);
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
}
