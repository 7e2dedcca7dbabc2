import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const TIMEOUT_MS = 120_000;

export type SkopeoTarget = {
  /** `http://host:port` */
  registryUrl: string;
  repository: string;
  /** A tag or `sha256:…`. */
  reference: string;
  username?: string;
  password?: string;
};

/** `digest`: of the manifest or index that was asked for. `error`: what skopeo printed last. */
export type SkopeoResult = { ok: true; digest: string; error: null } | { ok: false; digest: null; error: string };

function imageName({ registryUrl, repository, reference }: SkopeoTarget): string {
  const host = registryUrl.replace(/^https?:\/\//, "").replace(/\/$/, "");
  return `docker://${host}/${repository}${reference.startsWith("sha256:") ? "@" : ":"}${reference}`;
}

function credentials(side: "src" | "dest" | null, { username, password }: SkopeoTarget): string[] {
  const name = side === null ? "" : `${side}-`;
  if (username === undefined) return [`--${name}no-creds`];
  return [`--${name}creds`, `${username}:${password ?? ""}`];
}

async function skopeo(args: string[]): Promise<{ ok: true; stdout: Buffer } | { ok: false; error: string }> {
  // Whatever logins the machine has must not help.
  const home = await mkdtemp(path.join(tmpdir(), "skopeo-home-"));
  const authFile = path.join(home, "auth.json");
  await writeFile(authFile, "{}");
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? "",
    HOME: home,
    TMPDIR: home,
    REGISTRY_AUTH_FILE: authFile,
  };
  try {
    const { stdout } = await run("skopeo", ["--insecure-policy", ...args], {
      encoding: "buffer",
      timeout: TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
      env: env as NodeJS.ProcessEnv,
    });
    return { ok: true, stdout };
  } catch (error) {
    const stderr = (error as { stderr?: Buffer }).stderr?.toString("utf8").trim();
    return { ok: false, error: stderr?.split("\n").at(-1) || String(error) };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Pulls an image whole, with all platforms of an index, as a user would; skopeo checks every digest. Never throws for a failed pull. */
export async function skopeoPull(target: SkopeoTarget): Promise<SkopeoResult> {
  const dir = await mkdtemp(path.join(tmpdir(), "skopeo-pull-"));
  try {
    const result = await skopeo([
      ...["copy", "--all", "--quiet", "--src-tls-verify=false", ...credentials("src", target)],
      ...[imageName(target), `dir:${dir}`],
    ]);
    if (!result.ok) return { ok: false, digest: null, error: result.error };
    return { ok: true, digest: digestOf(await readFile(path.join(dir, "manifest.json"))), error: null };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The digest behind a reference without pulling layers; null digest and the error where there is none. */
export async function skopeoInspectDigest(target: SkopeoTarget): Promise<SkopeoResult> {
  const args = ["inspect", "--raw", "--tls-verify=false", ...credentials(null, target), imageName(target)];
  const result = await skopeo(args);
  if (!result.ok) return { ok: false, digest: null, error: result.error };
  return { ok: true, digest: digestOf(result.stdout), error: null };
}

/** Copies an image between two references, as a user would push it; each side with its own credentials. */
export async function skopeoCopy(from: SkopeoTarget, to: SkopeoTarget): Promise<{ ok: boolean; error: string | null }> {
  const result = await skopeo([
    ...["copy", "--all", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false"],
    ...credentials("src", from),
    ...credentials("dest", to),
    ...[imageName(from), imageName(to)],
  ]);
  return result.ok ? { ok: true, error: null } : { ok: false, error: result.error };
}

/** Deletes over the registry's API, past the recycle bin: what a tenant must not be able to do. */
export async function skopeoDelete(target: SkopeoTarget): Promise<{ ok: boolean; error: string | null }> {
  const result = await skopeo(["delete", "--tls-verify=false", ...credentials(null, target), imageName(target)]);
  return result.ok ? { ok: true, error: null } : { ok: false, error: result.error };
}
