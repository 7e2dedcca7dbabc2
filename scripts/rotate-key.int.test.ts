import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "@/scripts/migrate";
import { freePorts } from "@/scripts/services/free-port";
import { databaseUser, startPostgresProcess } from "@/scripts/services/postgres-process";
import { openSecrets, openState, type StateFolders } from "@/scripts/setup/state";
import { decryptSecret, encryptSecret } from "@/server/platform/crypto/secret-box";
import { setConsoleEnv } from "@/testing/console-env";

const ROOT = path.resolve(import.meta.dirname, "..");
let folders: StateFolders;
let ports: number[];

beforeAll(async () => {
  const root = mkdtempSync(path.join(tmpdir(), "reclaim-rotate-"));
  const user = databaseUser();
  if (user) chownSync(root, user.uid, user.gid);
  folders = openState(root);
  ports = await freePorts(4);
});
afterAll(() => rmSync(folders.root, { recursive: true, force: true }));

/** Does something with the installation's database, which is started for it. */
async function withDatabase<T>(work: (client: pg.Client, url: string) => Promise<T>): Promise<T> {
  const postgres = await startPostgresProcess({
    ...{ port: ports[0] ?? 0, dataDir: folders.postgres, password: openSecrets(folders).postgresPassword },
    ...{ durable: false, logFile: path.join(folders.logs, "postgres.log") },
  });
  try {
    await migrate(postgres.url());
    const client = new pg.Client({ connectionString: postgres.url() });
    await client.connect();
    return await work(client, postgres.url()).finally(() => client.end());
  } finally {
    await postgres.stop();
  }
}

const setKey = (key: string) =>
  setConsoleEnv({ databaseUrl: "postgresql://x", redisUrl: "redis://x", RECLAIM_ENCRYPTION_KEY: key });
const present = () => openSecrets(folders).encryptionKey;

function rotate(): Promise<{ stdout: string }> {
  const names = ["RECLAIM_POSTGRES_PORT", "RECLAIM_PORT", "RECLAIM_REDIS_PORT", "RECLAIM_REGISTRY_PORT"];
  const environment = Object.fromEntries(names.map((name, at) => [name, String(ports[at])]));
  const { DATABASE_URL: _url, RECLAIM_ENCRYPTION_KEY: _key, RECLAIM_URL: _own, ...rest } = process.env;
  return promisify(execFile)(
    process.execPath,
    ["--import", "tsx", path.join(ROOT, "scripts/rotate-key.ts"), folders.root],
    { cwd: ROOT, env: { ...rest, ...environment } },
  );
}

test("an installation gets a new key, with all its secrets under it; a rotation that died is finished by the next", async () => {
  const first = present();
  setKey(first);
  const sealed = encryptSecret("of the registry");
  await withDatabase((client) =>
    client.query(
      "INSERT INTO registries (id, name, url, auth, username, password_encrypted) VALUES ('reg_1', 'r', 'http://r', 'basic', 'u', $1)",
      [sealed],
    ),
  );
  expect((await rotate()).stdout).toMatch(/^1 secrets/);
  const second = present();
  expect(second).not.toBe(first);
  const stored = () =>
    withDatabase(async (client) => {
      const { rows } = await client.query<{ sealed: string }>("SELECT password_encrypted AS sealed FROM registries");
      return rows[0]?.sealed ?? "";
    });
  setKey(second);
  expect(decryptSecret(await stored())).toBe("of the registry");

  // As after a death between the database and the file: everything is under the next key, and the present one is the old one.
  writeFileSync(path.join(folders.secrets, "encryption-key"), `${first}\n`);
  writeFileSync(path.join(folders.secrets, "encryption-key.next"), `${second}\n`);
  expect(openSecrets(folders)).toMatchObject({ encryptionKey: first, nextEncryptionKey: second });
  expect((await rotate()).stdout).toMatch(/^0 secrets/);
  expect(present()).toBe(second);
  expect(existsSync(path.join(folders.secrets, "encryption-key.next"))).toBe(false);
});
