import "reflect-metadata";
import { randomBytes, randomUUID } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { SignJWT } from "jose";
import type { RegistryAccess } from "@/domain/access/registry-scope";
import {
  CLOCK_SKEW_MS,
  loadRegistryCa,
  type RegistryCa,
  SIGNING_ALGORITHM,
} from "@/server/platform/crypto/registry-ca";

const DAY_MS = 24 * 3_600_000;
const LEAF_LIFETIME_MS = 30 * DAY_MS;
const LEAF_RENEWAL_MS = 15 * DAY_MS;

type TokenRequest = {
  /** User id, `reclaim-system`, or "" for anonymous; the registry reports it as the actor of events. */
  subject: string;
  access: readonly RegistryAccess[];
  /**
   * Whole seconds, at least 1. For tokens that clients get, 60 or more: Docker's takes anything shorter for 60 s, and would then use
   * a token that has ended.
   */
  ttlSeconds: number;
  /** The registry's `service`, which becomes the audience. */
  service: string;
  issuer: string;
  nowMs: number;
};

export type SignedToken = { token: string; issuedAt: Date; expiresAt: Date };

export type TokenSigner = { sign(request: TokenRequest): Promise<SignedToken> };

type Leaf = { privateKey: CryptoKey; x5c: string[]; notBeforeMs: number; renewAtMs: number };

async function issueLeaf(ca: RegistryCa, nowMs: number): Promise<Leaf> {
  const keys = await crypto.subtle.generateKey(SIGNING_ALGORITHM, false, ["sign", "verify"]);
  const notBeforeMs = nowMs - CLOCK_SKEW_MS;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(12).toString("hex"),
    subject: "CN=Reclaim registry token signer",
    issuer: ca.certificate.subject,
    notBefore: new Date(notBeforeMs),
    notAfter: new Date(nowMs + LEAF_LIFETIME_MS),
    publicKey: keys.publicKey,
    signingKey: ca.privateKey,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.AuthorityKeyIdentifierExtension.create(ca.certificate),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const der = Buffer.from(certificate.rawData).toString("base64");
  return { privateKey: keys.privateKey, x5c: [der], notBeforeMs, renewAtMs: nowMs + LEAF_RENEWAL_MS };
}

/**
 * Signs registry tokens (ES256) with a leaf certificate that only lives in this process; the registry knows the CA of
 * `dir` and takes the leaf from the token's `x5c`, so keys change without a restart of the registry. `expiresAt` and
 * `issuedAt` are exactly what the token says (whole seconds).
 * @throws RangeError for a `ttlSeconds` below 1 or not whole.
 */
export async function createTokenSigner(dir: string): Promise<TokenSigner> {
  const ca = await loadRegistryCa(dir);
  let leaf: Promise<Leaf> | null = null;

  async function leafAt(nowMs: number): Promise<Leaf> {
    const current = await leaf;
    if (current !== null && nowMs < current.renewAtMs && nowMs >= current.notBeforeMs) return current;
    leaf = issueLeaf(ca, nowMs);
    return leaf;
  }

  return {
    async sign({ subject, access, ttlSeconds, service, issuer, nowMs }) {
      if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1) {
        throw new RangeError(`a registry token lives a number of whole seconds, not ${ttlSeconds}`);
      }
      const { privateKey, x5c } = await leafAt(nowMs);
      // Registries refuse a claim that is not an integer.
      const issuedAt = Math.floor(nowMs / 1000);
      const expiresAt = issuedAt + ttlSeconds;
      const claims = { access: access.map(({ type, name, actions }) => ({ type, name, actions: [...actions] })) };
      const token = await new SignJWT(claims)
        .setProtectedHeader({ typ: "JWT", alg: "ES256", x5c })
        .setIssuer(issuer)
        .setAudience(service)
        .setSubject(subject)
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(expiresAt)
        .setJti(randomUUID())
        .sign(privateKey);
      return { token, issuedAt: new Date(issuedAt * 1000), expiresAt: new Date(expiresAt * 1000) };
    },
  };
}
