import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { databaseUser } from "@/scripts/services/postgres-process";

export interface StateFolders {
  root: string;
  secrets: string;
  logs: string;
  postgres: string;
  redis: string;
  /** The embedded registry's configuration. */
  registry: string;
  /** The embedded registry's `rootdirectory`. */
  storage: string;
  /** The CA that signs registry tokens. */
  ca: string;
}

export interface Secrets {
  session: string;
  /** 32 bytes, base64. */
  encryptionKey: string;
  /** Left by a rotation that died before the last step: what it did is under this one. */
  nextEncryptionKey: string | null;
  events: string;
  postgresPassword: string;
  /** Of the role that web and worker connect as. */
  postgresAppPassword: string;
  registryHttp: string;
}

/**
 * Makes the state folder (0700) and what is in it. As root it belongs to the OS user that PostgreSQL runs as,
 * which has to pass through it; the secrets are in a folder of root's own.
 */
export function openState(root: string): StateFolders {
  const folders = {
    root,
    secrets: path.join(root, "secrets"),
    logs: path.join(root, "logs"),
    postgres: path.join(root, "postgres"),
    redis: path.join(root, "redis"),
    registry: path.join(root, "registry"),
    storage: path.join(root, "registry", "storage"),
    ca: path.join(root, "secrets", "ca"),
  };
  // Not `postgres`: initdb's result is renamed into place.
  for (const name of ["root", "secrets", "logs", "redis", "registry", "storage", "ca"] as const) {
    mkdirSync(folders[name], { recursive: true, mode: 0o700 });
    chmodSync(folders[name], 0o700);
  }
  const user = databaseUser();
  if (user) chownSync(root, user.uid, user.gid);
  return folders;
}

/** The secrets of this installation, made at the first call and the same ever after; the environment's come first. */
export function openSecrets(folders: StateFolders, given: Record<string, string | undefined> = {}): Secrets {
  const random = () => randomBytes(32).toString("base64url");
  const keep = (name: string, make: () => string) => keepSecret(folders, name, make);
  return {
    session: given.RECLAIM_SESSION_SECRET || keep("session-secret", random),
    encryptionKey: given.RECLAIM_ENCRYPTION_KEY || keep("encryption-key", () => randomBytes(32).toString("base64")),
    nextEncryptionKey: readIfThere(path.join(folders.secrets, "encryption-key.next")),
    events: given.RECLAIM_EVENTS_SECRET || keep("events-secret", random),
    postgresPassword: keep("postgres-password", random),
    postgresAppPassword: keep("postgres-app-password", random),
    registryHttp: keep("registry-http-secret", random),
  };
}

function readIfThere(file: string): string | null {
  return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
}

/** The content of a secret's file (0600), made when it is missing. */
export function keepSecret(folders: StateFolders, name: string, make: () => string): string {
  const file = path.join(folders.secrets, name);
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  const value = make();
  // Renamed into place: a half-written encryption key would be kept for ever.
  writeFileSync(`${file}.new`, `${value}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return value;
}
