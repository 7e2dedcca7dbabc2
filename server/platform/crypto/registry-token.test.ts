import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeProtectedHeader, importX509, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureRegistryCa } from "./registry-ca";
import { createTokenSigner, type SignedToken, type TokenSigner } from "./registry-token";

const DAY_MS = 24 * 3_600_000;
const access = [{ type: "repository", name: "acme/api", actions: ["pull", "push"] }];
const base = { subject: "usr_1", access, ttlSeconds: 60, service: "reclaim-registry", issuer: "reclaim" };

let dir: string;
let signer: TokenSigner;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "registry-ca-"));
  signer = await createTokenSigner(path.join(dir, "ca"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function leafOf({ token }: SignedToken): X509Certificate {
  const { x5c } = decodeProtectedHeader(token);
  return new X509Certificate(Buffer.from(x5c?.[0] ?? "", "base64"));
}

async function caOf(folder: string): Promise<X509Certificate> {
  return new X509Certificate(await readFile(path.join(folder, "ca.crt")));
}

describe("ensureRegistryCa", () => {
  it("makes one CA, whoever is first, and keeps it", async () => {
    const folder = path.join(dir, "race");
    const [first] = await Promise.all(Array.from({ length: 6 }, () => ensureRegistryCa(folder)));
    const before = await readFile(path.join(folder, "ca.crt"), "utf8");
    await ensureRegistryCa(folder);
    expect(first).toEqual({ certificatePath: path.join(folder, "ca.crt") });
    expect(await readFile(path.join(folder, "ca.crt"), "utf8")).toBe(before);
    expect((await readdir(folder)).sort()).toEqual(["ca.crt", "ca.key"]);
    expect((await stat(path.join(folder, "ca.key"))).mode & 0o777).toBe(0o600);
    const leaf = leafOf(await (await createTokenSigner(folder)).sign({ ...base, nowMs: Date.now() }));
    expect(leaf.verify((await caOf(folder)).publicKey)).toBe(true);
  });

  it("makes the certificate again from the key where a start was killed between the two", async () => {
    const folder = path.join(dir, "killed");
    await ensureRegistryCa(folder);
    const key = (await caOf(folder)).publicKey;
    await rm(path.join(folder, "ca.crt"));
    await ensureRegistryCa(folder);
    expect((await caOf(folder)).publicKey.equals(key)).toBe(true);
  });
});

describe("createTokenSigner", () => {
  it("signs what registries of every version read: whole seconds, text ids, one audience, a leaf under the CA", async () => {
    const nowMs = Date.now() + 0.5;
    const signed = await signer.sign({ ...base, nowMs });
    const header = decodeProtectedHeader(signed.token);
    expect(header).toMatchObject({ typ: "JWT", alg: "ES256" });
    const key = await importX509(leafOf(signed).toString(), "ES256");
    const { payload } = await jwtVerify(signed.token, key, { issuer: "reclaim", audience: "reclaim-registry" });
    expect(payload).toMatchObject({ sub: "usr_1", aud: "reclaim-registry", access });
    expect(payload.jti).toEqual(expect.any(String));
    for (const claim of [payload.iat, payload.nbf, payload.exp]) expect(Number.isInteger(claim)).toBe(true);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
    expect(signed.expiresAt.getTime()).toBe((payload.exp ?? 0) * 1000);
    expect(signed.issuedAt.getTime()).toBe((payload.iat ?? 0) * 1000);

    const leaf = leafOf(signed);
    const ca = await caOf(path.join(dir, "ca"));
    expect(leaf.checkIssued(ca) && leaf.verify(ca.publicKey)).toBe(true);
    expect([leaf.ca, ca.ca]).toEqual([false, true]);
  });

  it("keeps its leaf, and takes a new one long before the old one ends", async () => {
    const nowMs = Date.now();
    const at = async (days: number) => leafOf(await signer.sign({ ...base, nowMs: nowMs + days * DAY_MS }));
    const first = await at(0);
    expect((await at(10)).serialNumber).toBe(first.serialNumber);
    const later = await at(20);
    expect(later.serialNumber).not.toBe(first.serialNumber);
    expect(Date.parse(first.validTo)).toBeGreaterThan(nowMs + 20 * DAY_MS);
    expect(Date.parse(later.validTo)).toBeGreaterThan(nowMs + 40 * DAY_MS);
  });

  it("never gives two tokens one id", async () => {
    const tokens = await Promise.all(
      Array.from({ length: 5 }, () => signer.sign({ ...base, nowMs: 1_800_000_000_000 })),
    );
    expect(new Set(tokens.map(({ token }) => token.split(".")[1])).size).toBe(5);
  });

  it.each([0, -60, 60.5, Number.NaN])("refuses a lifetime of %s seconds", async (ttlSeconds) => {
    await expect(signer.sign({ ...base, ttlSeconds, nowMs: Date.now() })).rejects.toThrow(RangeError);
  });
});
