import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AppError } from "@/server/platform/app-error";
import { insertSession } from "@/server/platform/auth/access.store";
import type { Actor } from "@/server/platform/auth/actor";
import { closeAttemptLimiters } from "@/server/platform/auth/attempt-limiters";
import { identifySession, identifyToken } from "@/server/platform/auth/identity";
import { hashPassword } from "@/server/platform/auth/password";
import { openScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { appointAdmin } from "@/server/workspaces/appoint-admin";
import { createWorkspace } from "@/server/workspaces/create-workspace";
import { deleteWorkspace } from "@/server/workspaces/delete-workspace";
import { listWorkspaces } from "@/server/workspaces/list-workspaces";
import { renameWorkspace } from "@/server/workspaces/rename-workspace";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant } from "@/testing/tenant";
import { changePassword } from "./change-password";
import { choosePasswordByLink } from "./choose-password-by-link";
import { createMyToken } from "./create-my-token";
import { createPasswordLink } from "./create-password-link";
import { createUser } from "./create-user";
import { createWorkspaceToken } from "./create-workspace-token";
import { endSession } from "./end-session";
import { endSessions } from "./end-sessions";
import { findPasswordLink } from "./find-password-link";
import { listSessions } from "./list-sessions";
import { listUsers } from "./list-users";
import { registerByInvitation } from "./register-by-invitation";
import type { Person } from "./require-person";
import { signIn } from "./sign-in";
import { signInByIdentity } from "./sign-in-by-identity";
import { signOut } from "./sign-out";
import { updateMe } from "./update-me";
import { updateUser } from "./update-user";

const PASSWORD = "a good long password";
const ISSUER = "https://id.example";
let database: TestDatabase;
let passwordHash: string;
/** The only platform admin. */
let root: Person;

beforeAll(async () => {
  [database, passwordHash] = await Promise.all([createTestDatabase(), hashPassword(PASSWORD)]);
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
beforeEach(async () => {
  await prisma().user.updateMany({ data: { isPlatformAdmin: false } });
  root = await createPerson({ isPlatformAdmin: true });
});
afterAll(async () => {
  await closeAttemptLimiters();
  await disconnectPrisma();
  await database.drop();
});

async function createPerson(others: { isPlatformAdmin?: boolean; disabledAt?: Date } = {}): Promise<Person> {
  const userId = newId("usr");
  const email = `${userId}@x.example`;
  await prisma().user.create({ data: { id: userId, email, name: userId, passwordHash, ...others } });
  const sessionId = await insertSession(userId, "a test");
  const isPlatformAdmin = others.isPlatformAdmin ?? false;
  return { kind: "user", userId, name: userId, email, isPlatformAdmin, sessionId, token: null };
}

const refusedWith = (code: AppError["code"]) => expect.objectContaining({ code }) as unknown;
const tokenOf = (link: string) => link.split("/").at(-1) ?? "";
const isLive = async (sessionId: string) => (await identifySession(sessionId, null)) !== null;
const throughToken = (person: Person): Actor => ({
  ...person,
  sessionId: "",
  token: { id: "tok_x", name: "x", role: "admin", workspaceId: null, spaceIds: null },
});

test("a changed password ends every other session, and the old one is wrong at once", async () => {
  const person = await createPerson();
  const other = await insertSession(person.userId, "a phone");
  const input = { currentPassword: PASSWORD, newPassword: "another good password" };
  expect(await changePassword(person, input)).toEqual({ endedCount: 1 });
  expect([await isLive(person.sessionId), await isLive(other)]).toEqual([true, false]);
  const sign = (password: string) => signIn({ email: person.email, password, userAgent: null });
  expect((await sign(PASSWORD)).kind).toBe("wrong");
  expect((await sign(input.newPassword)).kind).toBe("signed-in");
});

test("a password is changed by nobody who does not know it, however often they try, and not to a bad one", async () => {
  const person = await createPerson();
  const change = (currentPassword: string, newPassword = "another good password") =>
    changePassword(person, { currentPassword, newPassword });
  for (let i = 0; i < 5; i++) await expect(change(`wrong ${i}`)).rejects.toEqual(refusedWith("unprocessable"));
  await expect(change("wrong again")).rejects.toEqual(refusedWith("too_many_requests"));
  const careful = await createPerson();
  const bad = changePassword(careful, { currentPassword: PASSWORD, newPassword: "passwordpassword" });
  await expect(bad).rejects.toEqual(refusedWith("unprocessable"));
  expect((await signIn({ email: careful.email, password: PASSWORD, userAgent: null })).kind).toBe("signed-in");
});

test("sessions are listed, ended one by one, and all at once; nobody ends another's", async () => {
  const [person, stranger] = [await createPerson(), await createPerson()];
  const others = [await insertSession(person.userId, "a phone"), await insertSession(person.userId, null)];
  const { items, hasPassword } = await listSessions(person);
  expect(items.map(({ id }) => id).sort()).toEqual([person.sessionId, ...others].sort());
  expect(items.filter(({ isCurrent }) => isCurrent)).toEqual([expect.objectContaining({ id: person.sessionId })]);
  expect(hasPassword).toBe(true);
  await expect(endSession(person, stranger.sessionId)).rejects.toEqual(refusedWith("not_found"));
  expect(await isLive(stranger.sessionId)).toBe(true);
  await endSession(person, others[0] ?? "");
  expect(await isLive(others[0] ?? "")).toBe(false);
  expect(await endSessions(person, { keepCurrent: true })).toEqual({ endedCount: 1 });
  expect(await isLive(person.sessionId)).toBe(true);
  expect(await endSessions(person, { keepCurrent: false })).toEqual({ endedCount: 1 });
  expect([await isLive(person.sessionId), await isLive(stranger.sessionId)]).toEqual([false, true]);
});

test("an API token changes nothing of the account it belongs to, and lets nobody in", async () => {
  const token = throughToken(root);
  const tries = [
    () => updateMe(token, { name: "x" }),
    () => listSessions(token),
    () => endSessions(token, { keepCurrent: false }),
    () => changePassword(token, { currentPassword: PASSWORD, newPassword: "another good password" }),
    () => createUser(token, { email: "x@y.example", name: "x", isPlatformAdmin: true }),
    () => updateUser(token, { userId: root.userId, isPlatformAdmin: true }),
    () => createPasswordLink(token, root.userId),
  ];
  for (const attempt of tries) await expect(attempt()).rejects.toEqual(refusedWith("forbidden"));
});

test("only platform admins see and change accounts", async () => {
  const person = await createPerson();
  await expect(listUsers(person, { limit: 10 })).rejects.toEqual(refusedWith("forbidden"));
  await expect(updateUser(person, { userId: person.userId, isPlatformAdmin: true })).rejects.toEqual(
    refusedWith("forbidden"),
  );
  await expect(createPasswordLink(person, root.userId)).rejects.toEqual(refusedWith("forbidden"));
  await expect(listWorkspaces(person)).rejects.toEqual(refusedWith("forbidden"));
});

test("an account that was made is nobody's until its owner has chosen a password, by a link that is good once", async () => {
  const email = `${newId("usr")}@new.example`;
  const { user, passwordLink } = await createUser(root, { email, name: "Nina", isPlatformAdmin: false });
  expect(user).toMatchObject({ email, hasPassword: false, lastSeenAt: null });
  const again = createUser(root, { email, name: "Nina", isPlatformAdmin: false });
  await expect(again).rejects.toEqual(refusedWith("conflict"));
  expect((await signIn({ email, password: "none", userAgent: null })).kind).toBe("wrong");
  const token = tokenOf(passwordLink.link);
  expect(await findPasswordLink(token)).toEqual({ email, name: "Nina", tokenCount: 0 });
  await expect(choosePasswordByLink({ token, password: "Nina-nina-nina" })).rejects.toEqual(
    refusedWith("unprocessable"),
  );
  const tries = [1, 2, 3].map(() => choosePasswordByLink({ token, password: PASSWORD }));
  const done = await Promise.allSettled(tries);
  expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await findPasswordLink(token)).toBeNull();
  expect((await signIn({ email, password: PASSWORD, userAgent: null })).kind).toBe("signed-in");
});

test("a link to reset ends an earlier one, and every session once it is used", async () => {
  const person = await createPerson();
  const first = await createPasswordLink(root, person.userId);
  const second = await createPasswordLink(root, person.userId);
  expect(await isLive(person.sessionId)).toBe(true);
  const late = choosePasswordByLink({ token: tokenOf(first.link), password: "another good password" });
  await expect(late).rejects.toEqual(refusedWith("not_found"));
  await choosePasswordByLink({ token: tokenOf(second.link), password: "another good password" });
  expect(await isLive(person.sessionId)).toBe(false);
  expect((await signIn({ email: person.email, password: PASSWORD, userAgent: null })).kind).toBe("wrong");
});

test("K-41 a reset by link ends every session and personal token, also one that is being made; a change of one's own keeps tokens", async () => {
  const [person, stranger] = [await createPerson(), await createPerson()];
  const { workspaceId } = await createTestTenant();
  await prisma().member.create({ data: { workspaceId, userId: person.userId, role: "admin" } });
  const wanted = { name: "laptop", role: "viewer" as const, workspaceId: null, spaceIds: null, expiresInDays: null };
  const make = async (by: Actor) => (await createMyToken(by, wanted)).secret;
  const isGood = async (secret: string) => (await identifyToken(secret, null)) !== null;
  const scope = await openScope(person, workspaceId);
  const robot = await createWorkspaceToken(scope, {
    name: "builds",
    role: "viewer",
    spaceIds: null,
    expiresInDays: null,
  });
  const [laptop, phone, theirs] = [await make(person), await make(person), await make(stranger)];

  await changePassword(person, { currentPassword: PASSWORD, newPassword: "another good password" });
  expect(await Promise.all([laptop, phone].map(isGood))).toEqual([true, true]);

  const { link } = await createPasswordLink(root, person.userId);
  expect(await findPasswordLink(tokenOf(link))).toMatchObject({ tokenCount: 2 });
  expect(await isGood(laptop)).toBe(true);
  // Whoever holds a session of theirs tries to keep a way in at this moment.
  const [reset, ...late] = await Promise.allSettled([
    choosePasswordByLink({ token: tokenOf(link), password: PASSWORD }),
    ...Array.from({ length: 4 }, () => make(person)),
  ]);
  const kept = late.filter((one) => one.status === "fulfilled").map(({ value }) => value);
  expect(reset).toMatchObject({ value: { endedSessionCount: 1, endedTokenCount: 2 + kept.length } });
  expect(await Promise.all([laptop, phone, ...kept].map(isGood))).toEqual([laptop, phone, ...kept].map(() => false));
  await expect(make(person)).rejects.toEqual(refusedWith("unauthenticated"));
  expect(await Promise.all([robot.secret, theirs].map(isGood))).toEqual([true, true]);
  const events = await prisma().auditEvent.findMany({ where: { actorId: person.userId, action: "token.revoked" } });
  expect(events).toHaveLength(2 + kept.length);
  const chosen = await prisma().auditEvent.findFirst({ where: { actorId: person.userId, action: "password.chosen" } });
  expect(chosen?.after).toEqual({ endedSessions: 1, endedTokens: 2 + kept.length });
});

test("a sign-in with a password that is being replaced leaves no session behind", async () => {
  const person = await createPerson();
  const { link } = await createPasswordLink(root, person.userId);
  const sign = () => signIn({ email: person.email, password: PASSWORD, userAgent: null });
  // Their credentials are remembered for a minute: what follows costs no hashing, and is as near to the change as can be.
  expect((await sign()).kind).toBe("signed-in");
  const raced = await Promise.all([
    choosePasswordByLink({ token: tokenOf(link), password: "another good password" }),
    ...Array.from({ length: 12 }, () => sign()),
  ]);
  const sessions = raced.flatMap((one) => ("sessionId" in one ? [one.sessionId] : []));
  expect(await Promise.all(sessions.map(isLive))).toEqual(sessions.map(() => false));
  const live = await prisma().session.count({ where: { userId: person.userId, revokedAt: null } });
  expect(live).toBe(0);
});

test("who signs out ends that session, on record", async () => {
  const person = await createPerson();
  await signOut(person.sessionId);
  await signOut(person.sessionId);
  await signOut("ses_unknown");
  expect(await isLive(person.sessionId)).toBe(false);
  const events = await prisma().auditEvent.findMany({ where: { actorId: person.userId, action: "session.ended" } });
  expect(events).toHaveLength(1);
});

test("who is disabled is out at once, and what they had lets nobody in", async () => {
  const person = await createPerson();
  const { link } = await createPasswordLink(root, person.userId);
  const disabled = await updateUser(root, { userId: person.userId, isDisabled: true });
  expect(disabled.isDisabled).toBe(true);
  expect(await isLive(person.sessionId)).toBe(false);
  expect((await signIn({ email: person.email, password: PASSWORD, userAgent: null })).kind).toBe("wrong");
  expect(await findPasswordLink(tokenOf(link))).toBeNull();
  await expect(createPasswordLink(root, person.userId)).rejects.toEqual(refusedWith("conflict"));
  await updateUser(root, { userId: person.userId, isDisabled: false });
  expect((await signIn({ email: person.email, password: PASSWORD, userAgent: null })).kind).toBe("signed-in");
  expect(await isLive(person.sessionId)).toBe(false);
});

test("R-01 the last platform admin stays one, and two who take it from each other leave one", async () => {
  const self = updateUser(root, { userId: root.userId, isPlatformAdmin: false });
  await expect(self).rejects.toEqual(refusedWith("conflict"));
  await expect(updateUser(root, { userId: root.userId, isDisabled: true })).rejects.toEqual(refusedWith("conflict"));
  const other = await createPerson({ isPlatformAdmin: true });
  const done = await Promise.allSettled([
    updateUser(root, { userId: other.userId, isPlatformAdmin: false }),
    updateUser(other, { userId: root.userId, isPlatformAdmin: false }),
  ]);
  expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await prisma().user.count({ where: { isPlatformAdmin: true, disabledAt: null } })).toBe(1);
});

test("accounts come in pages, found by address and name", async () => {
  const mark = newId("usr");
  for (const name of ["b", "a", "c"])
    await createUser(root, { email: `${name}.${mark}@page.example`, name: `Person ${name}`, isPlatformAdmin: false });
  const first = await listUsers(root, { q: mark, limit: 2 });
  expect(first.items.map(({ name }) => name)).toEqual(["Person a", "Person b"]);
  const second = await listUsers(root, { q: mark, limit: 2, cursor: first.nextCursor ?? "" });
  expect(second.items.map(({ name }) => name)).toEqual(["Person c"]);
  expect([first.total, second.total, second.nextCursor]).toEqual([3, 3, null]);
  expect((await listUsers(root, { q: "%", limit: 10 })).items).toEqual([]);
});

test("K-40 a platform admin makes a workspace and is nobody in it; where an admin is, they appoint no other", async () => {
  const owner = await createPerson();
  const slug = newId("ws").replace("_", "-");
  const made = await createWorkspace(root, { name: "North", slug, adminEmail: owner.email });
  expect(made.admin.invitationLink).toBeNull();
  expect(made.workspace).toMatchObject({ slug, memberCount: 1, admins: [{ userId: owner.userId }] });
  const workspaceId = made.workspace.id;
  await expect(openScope(root, workspaceId)).rejects.toEqual(refusedWith("not_found"));
  expect((await openScope(owner, workspaceId)).role).toBe("admin");
  const self = () => appointAdmin(root, { workspaceId, email: root.email });
  await expect(self()).rejects.toEqual(refusedWith("conflict"));
  await updateUser(root, { userId: owner.userId, isDisabled: true });
  expect((await self()).workspace.admins.map(({ userId }) => userId)).toEqual([root.userId]);
  const taken = createWorkspace(root, { name: "Other", slug, adminEmail: owner.email });
  await expect(taken).rejects.toEqual(refusedWith("conflict"));
  expect((await renameWorkspace(root, { workspaceId, name: "Northern" })).name).toBe("Northern");
});

test("a workspace's first admin without an account comes by an invitation", async () => {
  const email = `${newId("usr")}@new.example`;
  const slug = newId("ws").replace("_", "-");
  const { workspace, admin } = await createWorkspace(root, { name: "South", slug, adminEmail: email });
  expect(workspace.memberCount).toBe(0);
  const token = tokenOf(admin.invitationLink ?? "");
  await registerByInvitation({ token, name: "Sam", password: PASSWORD });
  const [listed] = (await listWorkspaces(root)).items.filter(({ id }) => id === workspace.id);
  expect(listed?.admins.map((one) => one.email)).toEqual([email]);
});

test("K-41 a workspace is deleted once it owns nothing; its name is typed, and its address is free again", async () => {
  const { workspaceId, registryId } = await createTestTenant({ name: "doomed" });
  await prisma().registry.update({ where: { id: registryId }, data: { workspaceId } });
  const member = await createPerson();
  await prisma().member.create({ data: { workspaceId, userId: member.userId, role: "admin" } });
  const { slug } = await prisma().workspace.findUniqueOrThrow({ where: { id: workspaceId } });
  const attempt = (typedName = "doomed") => deleteWorkspace(root, { workspaceId, typedName });
  await expect(attempt()).rejects.toThrow("doomed still owns 1 registry space and 1 registry.");
  await prisma().space.updateMany({ where: { workspaceId }, data: { removedAt: new Date() } });
  await expect(attempt()).rejects.toThrow("doomed still owns 1 registry.");
  await prisma().registry.update({ where: { id: registryId }, data: { detachedAt: new Date() } });
  await expect(attempt("domed")).rejects.toEqual(refusedWith("unprocessable"));
  await attempt();
  await expect(attempt()).rejects.toEqual(refusedWith("not_found"));
  await expect(openScope(member, workspaceId)).rejects.toEqual(refusedWith("not_found"));
  expect((await listWorkspaces(root)).items.map(({ id }) => id)).not.toContain(workspaceId);
  await createWorkspace(root, { name: "doomed", slug, adminEmail: member.email });
  expect(await prisma().auditEvent.count({ where: { workspaceId, action: "workspace.deleted" } })).toBe(1);
});

test("single sign-on lets in who is known, by subject or verified address, or invited; nobody else", async () => {
  const person = await createPerson();
  const identity = (subject: string, email: string | null, isEmailVerified = true) =>
    signInByIdentity({ issuer: ISSUER, subject, email, isEmailVerified, name: "Nina" }, null);
  expect(await identity("s-1", person.email, false)).toEqual({ kind: "refused", reason: "unverified" });
  expect(await identity("s-1", "nobody@new.example")).toEqual({ kind: "refused", reason: "unknown" });
  expect((await identity("s-1", person.email.toUpperCase())).kind).toBe("signed-in");
  // By the subject from now on, whatever address the provider tells.
  expect((await identity("s-1", null)).kind).toBe("signed-in");
  const slug = newId("ws").replace("_", "-");
  const email = `${newId("usr")}@new.example`;
  const { workspace } = await createWorkspace(root, { name: "East", slug, adminEmail: email });
  const both = await Promise.all([identity("s-2", email), identity("s-2", email)]);
  expect(both.map(({ kind }) => kind)).toEqual(["signed-in", "signed-in"]);
  const [listed] = (await listWorkspaces(root)).items.filter(({ id }) => id === workspace.id);
  expect(listed?.admins.map((one) => one.email)).toEqual([email]);
  await updateUser(root, { userId: person.userId, isDisabled: true });
  expect(await identity("s-1", null)).toEqual({ kind: "refused", reason: "disabled" });
});

test("who signs in and who is refused is recorded, and never with a password", async () => {
  const person = await createPerson();
  await signIn({ email: person.email, password: "a secret mistake", userAgent: null });
  await signIn({ email: `${person.email} `, password: PASSWORD, userAgent: null });
  const events = await prisma().auditEvent.findMany({
    where: { targetName: person.email },
    select: { action: true, outcome: true, actorId: true, data: true, after: true },
    orderBy: { id: "asc" },
  });
  expect(events.filter(({ action }) => action.startsWith("session."))).toEqual([
    expect.objectContaining({ action: "session.refused", outcome: "refused", actorId: null }),
    expect.objectContaining({ action: "session.started", outcome: "done", actorId: person.userId }),
  ]);
  expect(JSON.stringify(events)).not.toContain("a secret mistake");
});
