import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as x509 from "@peculiar/x509";

/** ECDSA on P-256: the one algorithm that every registry version accepts in an x5c chain. */
export const SIGNING_ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

const CA_LIFETIME_MS = 20 * 365 * 24 * 3_600_000;
/** Certificates start in the past, so that a registry whose clock is behind takes them at once. */
export const CLOCK_SKEW_MS = 3_600_000;

export type RegistryCa = { certificate: x509.X509Certificate; privateKey: CryptoKey };

function filesOf(dir: string) {
  return { certificatePath: path.join(dir, "ca.crt"), keyPath: path.join(dir, "ca.key") };
}

/** Writes the file whole or not at all, and never over another: of two processes that start at once, the first one wins. */
async function writeOnce(file: string, content: string, mode: number): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  await writeFile(temporary, content, { mode, flag: "wx" });
  try {
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function importKeys(pem: string): Promise<CryptoKeyPair> {
  const der = x509.PemConverter.decodeFirst(pem);
  const privateKey = await crypto.subtle.importKey("pkcs8", der, SIGNING_ALGORITHM, true, ["sign"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", privateKey);
  const publicKey = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, SIGNING_ALGORITHM, true, ["verify"]);
  return { privateKey, publicKey };
}

async function selfSign(keys: CryptoKeyPair): Promise<string> {
  const nowMs = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(12).toString("hex"),
    name: "CN=Reclaim registry tokens",
    notBefore: new Date(nowMs - CLOCK_SKEW_MS),
    notAfter: new Date(nowMs + CA_LIFETIME_MS),
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return certificate.toString("pem");
}

/**
 * Makes the CA that registries trust (`rootcertbundle`) unless it is there: `ca.key` (0600) and `ca.crt` in `dir`.
 * Safe when several processes call it at once and when one died half-way: the key decides, and the certificate can
 * be made again from it.
 */
export async function ensureRegistryCa(dir: string): Promise<{ certificatePath: string }> {
  const { certificatePath, keyPath } = filesOf(dir);
  if ((await readIfThere(certificatePath)) !== null && (await readIfThere(keyPath)) !== null)
    return { certificatePath };
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if ((await readIfThere(keyPath)) === null) {
    const fresh = await crypto.subtle.generateKey(SIGNING_ALGORITHM, true, ["sign", "verify"]);
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", fresh.privateKey);
    await writeOnce(keyPath, `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`, 0o600);
  }
  // Whatever key is on disk now is the key, ours or that of a process that was faster.
  const keys = await importKeys(await readFile(keyPath, "utf8"));
  await writeOnce(certificatePath, `${await selfSign(keys)}\n`, 0o644);
  return { certificatePath };
}

/** Reads the CA of `dir`, making it first where it is missing. */
export async function loadRegistryCa(dir: string): Promise<RegistryCa> {
  const { certificatePath } = await ensureRegistryCa(dir);
  const { keyPath } = filesOf(dir);
  const { privateKey } = await importKeys(await readFile(keyPath, "utf8"));
  return { privateKey, certificate: new x509.X509Certificate(await readFile(certificatePath, "utf8")) };
}
