import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decryptSecret, encryptSecret, sealAgain } from "@/server/platform/crypto/secret-box";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant } from "@/testing/tenant";
import { reencryptSecrets } from "./reencrypt-secrets";

const newKey = () => randomBytes(32).toString("base64");
const [OLD, NEW, THIRD] = [newKey(), newKey(), newKey()];
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  use(OLD);
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});

function use(key: string, older: readonly string[] = []): void {
  setConsoleEnv({
    ...{ databaseUrl: database.url, redisUrl: testRedisUrl() },
    ...{ RECLAIM_ENCRYPTION_KEY: key, RECLAIM_OLD_ENCRYPTION_KEYS: older.join(",") },
  });
}

test("every secret comes under the new key, all or none, and the old one is needed no more", async () => {
  const places = await Promise.all([1, 2, 3].map(() => createTestTenant()));
  const ids = places.map(({ registryId }) => registryId);
  for (const id of ids)
    await prisma().registry.update({ where: { id }, data: { passwordEncrypted: encryptSecret(`password of ${id}`) } });
  const [first = "", ...others] = ids;
  await prisma().idempotencyKey.create({
    data: {
      actorKey: "usr_x",
      key: "k",
      operation: "o",
      inputHash: "h",
      status: 200,
      answerEncrypted: encryptSecret("an answer"),
    },
  });
  const secrets = async () =>
    (await prisma().registry.findMany({ where: { id: { in: ids } }, orderBy: { id: "asc" } })).map(
      ({ passwordEncrypted }) => passwordEncrypted ?? "",
    );
  const before = await secrets();

  // One that nobody can open stops all of it.
  use(THIRD);
  await prisma().registry.update({ where: { id: first }, data: { passwordEncrypted: encryptSecret("lost") } });
  use(NEW, [OLD]);
  await expect(reencryptSecrets(database.url)).rejects.toThrow(/does not have/);
  expect((await secrets()).filter((sealed) => before.includes(sealed))).toHaveLength(others.length);

  use(NEW, [OLD, THIRD]);
  expect(await reencryptSecrets(database.url)).toBe(4);
  expect(await reencryptSecrets(database.url)).toBe(0);
  use(NEW);
  expect((await secrets()).map(decryptSecret).sort()).toEqual(
    ["lost", ...others.map((id) => `password of ${id}`)].sort(),
  );
  const kept = await prisma().idempotencyKey.findFirstOrThrow();
  expect(decryptSecret(kept.answerEncrypted ?? "")).toBe("an answer");
  use(OLD);
  for (const sealed of await secrets()) expect(() => decryptSecret(sealed)).toThrow(/does not have/);
});

test("what was changed, or is another key's, does not open", () => {
  use(OLD);
  const sealed = encryptSecret("a secret");
  const [version, id, body = ""] = sealed.split(".");
  const bytes = Buffer.from(body, "base64");
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  expect(() => decryptSecret(`${version}.${id}.${bytes.toString("base64")}`)).toThrow();
  expect(sealAgain(sealed)).toBeNull();
  use(NEW, [OLD]);
  expect(decryptSecret(sealed)).toBe("a secret");
  expect(decryptSecret(sealAgain(sealed) ?? "")).toBe("a secret");
});
