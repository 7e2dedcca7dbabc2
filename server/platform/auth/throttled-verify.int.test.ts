import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startTestRedis, type TestRedis } from "@/testing/redis";
import { disconnectPrisma, prisma } from "../db/prisma";
import { runInRequest } from "../http/request-context";
import { newId } from "../new-id";
import { attemptLimiters, closeAttemptLimiters } from "./attempt-limiters";
import { hashPassword } from "./password";
import { throttledVerify, type Verification } from "./throttled-verify";

const PASSWORD = "the right one of these";
let database: TestDatabase;
let redis: TestRedis;
let passwordHash: string;
let email: string;
let addresses = 0;

beforeAll(async () => {
  [database, redis, passwordHash] = await Promise.all([createTestDatabase(), startTestRedis(), hashPassword(PASSWORD)]);
  setConsoleEnv({ databaseUrl: database.url, redisUrl: redis.url, RECLAIM_SIGN_IN_FAILURES_PER_ADDRESS: "12" });
});
beforeEach(async () => {
  email = await createPerson();
});
afterAll(async () => {
  await closeAttemptLimiters();
  await disconnectPrisma();
  await Promise.all([redis.stop(), database.drop()]);
});

async function createPerson(others: { passwordHash?: string; disabledAt?: Date } = {}): Promise<string> {
  const id = newId("usr");
  await prisma().user.create({ data: { id, email: `${id}@x.example`, name: "Ada", passwordHash, ...others } });
  return `${id}@x.example`;
}

function freshAddress(): string {
  return `192.0.2.${++addresses}`;
}

function tryFrom(address: string | null, who: string, password: string): Promise<Verification> {
  const context = { requestId: "req_x", address, operation: "signIn", actor: null };
  return runInRequest(context, () => throttledVerify(who, password));
}

/** As many wrong passwords as cost nothing, and the one that makes the account wait; each from elsewhere. */
async function guessUntilLocked(who: string): Promise<void> {
  for (let i = 0; i < 5; i++) expect(await tryFrom(freshAddress(), who, `wrong ${i}`)).toEqual({ kind: "wrong" });
}

test("the right password is right, and takes back what was wrong before", async () => {
  for (let i = 0; i < 4; i++) expect((await tryFrom(null, email, `wrong ${i}`)).kind).toBe("wrong");
  expect((await tryFrom(null, email, PASSWORD)).kind).toBe("right");
  for (let i = 0; i < 4; i++) expect((await tryFrom(null, email, `wrong again ${i}`)).kind).toBe("wrong");
});

test("an account is locked after five wrong ones, wherever they come from, and for its owner's right one too", async () => {
  await guessUntilLocked(email);
  const locked = await tryFrom(freshAddress(), email, PASSWORD);
  expect(locked.kind).toBe("locked");
  expect(locked.kind === "locked" && locked.retryAfterSeconds).toBeGreaterThan(50);
  expect(locked.kind === "locked" && locked.retryAfterSeconds).toBeLessThanOrEqual(60);
});

test("people who do not exist, are disabled, or have no password are locked in the same way", async () => {
  const others = [
    "nobody@x.example",
    await createPerson({ disabledAt: new Date() }),
    await createPerson({ passwordHash: "none" }),
  ];
  for (const who of others) {
    expect(await tryFrom(freshAddress(), who, PASSWORD)).toEqual({ kind: "wrong" });
    for (let i = 0; i < 4; i++) expect(await tryFrom(freshAddress(), who, `wrong ${i}`)).toEqual({ kind: "wrong" });
    expect((await tryFrom(freshAddress(), who, PASSWORD)).kind).toBe("locked");
  }
});

test("what is refused while locked does not count: afterwards there is one turn at a time", async () => {
  await guessUntilLocked(email);
  for (let i = 0; i < 30; i++) expect((await tryFrom(freshAddress(), email, `more ${i}`)).kind).toBe("locked");
  await letTheWaitEnd();
  expect((await tryFrom(freshAddress(), email, "wrong again")).kind).toBe("wrong");
  const next = await tryFrom(freshAddress(), email, "and again");
  expect(next.kind === "locked" && next.retryAfterSeconds).toBeLessThanOrEqual(60);
  await letTheWaitEnd();
  expect((await tryFrom(freshAddress(), email, PASSWORD)).kind).toBe("right");
  expect((await tryFrom(freshAddress(), email, "wrong once")).kind).toBe("wrong");
});

test("many guesses at once are looked at no more than one after the other", async () => {
  const guesses = Array.from({ length: 40 }, (_, i) => tryFrom(freshAddress(), email, `at once ${i}`));
  const kinds = (await Promise.all(guesses)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "wrong")).toHaveLength(5);
  expect(kinds.filter((kind) => kind === "locked")).toHaveLength(35);
});

test("the same right credentials many times at once are one attempt", async () => {
  const tries = Array.from({ length: 40 }, () => tryFrom("192.0.2.200", email, PASSWORD));
  expect((await Promise.all(tries)).every(({ kind }) => kind === "right")).toBe(true);
});

test("strangers cannot lock somebody out of where they signed in before", async () => {
  const home = freshAddress();
  expect((await tryFrom(home, email, PASSWORD)).kind).toBe("right");
  await guessUntilLocked(email);
  // Another password of theirs, since the right one is remembered for a moment.
  await prisma().user.update({ where: { email }, data: { passwordHash: await hashPassword("another right one") } });
  expect((await tryFrom(freshAddress(), email, "another right one")).kind).toBe("locked");
  expect((await tryFrom(home, email, "another right one")).kind).toBe("right");
});

test("an address that tries many accounts is refused, for all accounts", async () => {
  const address = freshAddress();
  for (let i = 0; i < 12; i++) expect((await tryFrom(address, `spray-${i}@x.example`, "wrong")).kind).toBe("wrong");
  const refused = await tryFrom(address, email, PASSWORD);
  expect(refused.kind === "locked" && refused.retryAfterSeconds).toBeGreaterThan(800);
  expect((await tryFrom(freshAddress(), email, PASSWORD)).kind).toBe("right");
});

test("without Redis this process counts by itself", async () => {
  const { redis: connection } = await attemptLimiters();
  const closed = new Promise((resolve) => connection.once("close", resolve));
  await redis.kill();
  await closed;
  await guessUntilLocked(email);
  expect((await tryFrom(freshAddress(), email, PASSWORD)).kind).toBe("locked");
});

/** As if its seconds had passed: the key of whose turn it was is gone. */
async function letTheWaitEnd(): Promise<void> {
  const { redis: connection } = await attemptLimiters();
  const keys = await connection.keys("sign-in:turn:*");
  expect(keys.length).toBeGreaterThan(0);
  await connection.del(...keys);
}
