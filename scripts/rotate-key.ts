import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { reencryptSecrets } from "@/scripts/reencrypt-secrets";
import { startPostgresProcess } from "@/scripts/services/postgres-process";
import { ServiceError } from "@/scripts/services/service-process";
import { readSettings, type StackSettings } from "@/scripts/setup/settings";
import { openSecrets, openState } from "@/scripts/setup/state";
import { UserError } from "@/scripts/setup/terminal";
import { resetEnvForTests } from "@/server/platform/env";

const ROOT = path.resolve(import.meta.dirname, "..");

/** What the secrets read of the environment; the rest of it is of no concern here, and only has to be there. */
function setKeys(databaseUrl: string, key: string, older: readonly string[]): void {
  const unused = "not used by the rotation";
  Object.assign(process.env, {
    DATABASE_URL: databaseUrl,
    RECLAIM_ENCRYPTION_KEY: key,
    RECLAIM_OLD_ENCRYPTION_KEYS: older.join(","),
    REDIS_URL: unused,
    RECLAIM_URL: unused,
    RECLAIM_SESSION_SECRET: unused,
    RECLAIM_CA_DIR: unused,
    RECLAIM_EVENTS_SECRET: unused,
  });
  resetEnvForTests();
}

/** With keys of the user's own: the new one is set already, and what was under the old ones is brought under it. */
async function rotateOwn(databaseUrl: string, key: string): Promise<string> {
  const older = (process.env.RECLAIM_OLD_ENCRYPTION_KEYS ?? "").split(",").filter((one) => one.trim() !== "");
  if (older.length === 0)
    throw new UserError(
      "Set RECLAIM_ENCRYPTION_KEY to the new key (openssl rand -base64 32) and RECLAIM_OLD_ENCRYPTION_KEYS to the one before, restart the console with both, and run this again.",
    );
  setKeys(databaseUrl, key, older);
  const count = await reencryptSecrets(databaseUrl);
  return `${count} secrets were brought under the new key. RECLAIM_OLD_ENCRYPTION_KEYS is not needed any more.`;
}

/**
 * With the embedded key: a new one is made. It is written beside the present one first, and takes its place when everything is under it; a
 * run that died in between is finished by the next, which knows both.
 */
async function rotateEmbedded(settings: StackSettings, stateDir: string): Promise<string> {
  const folders = openState(stateDir);
  const secrets = openSecrets(folders);
  const present = path.join(folders.secrets, "encryption-key");
  const next = `${present}.next`;
  if (!existsSync(next)) writeFileSync(next, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const key = readFileSync(next, "utf8").trim();
  const postgres =
    settings.databaseUrl !== null
      ? null
      : await startPostgresProcess({
          port: settings.ports.postgres,
          dataDir: folders.postgres,
          password: secrets.postgresPassword,
          durable: true,
          logFile: path.join(folders.logs, "postgres.log"),
        });
  try {
    const databaseUrl = settings.databaseUrl ?? postgres?.url() ?? "";
    setKeys(databaseUrl, key, [secrets.encryptionKey]);
    const count = await reencryptSecrets(databaseUrl);
    renameSync(next, present);
    return `${count} secrets were brought under a new key. Start the console again: npm start.`;
  } finally {
    await postgres?.stop();
  }
}

/** Another folder of state than this checkout's may be named. */
async function main(): Promise<void> {
  // As `npm start` does: it never overrides what the environment says already.
  const file = path.join(ROOT, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  const settings = readSettings(process.env);
  const ownKey = process.env.RECLAIM_ENCRYPTION_KEY?.trim();
  const stateDir = process.argv[2] ?? path.join(ROOT, ".reclaim");
  if (!ownKey && (await isAnswering(settings.url)))
    throw new UserError("Stop the console first: while it runs it would go on to use the old key.");
  const done =
    ownKey && settings.databaseUrl !== null
      ? await rotateOwn(settings.databaseUrl, ownKey)
      : await rotateEmbedded(settings, stateDir);
  process.stdout.write(`${done}\n`);
}

async function isAnswering(url: string): Promise<boolean> {
  return fetch(`${url}/api/health`, { signal: AbortSignal.timeout(3_000) }).then(
    () => true,
    () => false,
  );
}

main().catch((error: unknown) => {
  const isPlain = error instanceof UserError || error instanceof ServiceError;
  process.stderr.write(`${isPlain ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
});
