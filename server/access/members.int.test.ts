import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Role } from "@/domain/access/permissions";
import type { AppError } from "@/server/platform/app-error";
import { insertSession } from "@/server/platform/auth/access.store";
import { openScope, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { setConsoleEnv } from "@/testing/console-env";
import { startMailServer } from "@/testing/mail-server";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { acceptInvitation } from "./accept-invitation";
import { changeRole } from "./change-role";
import { createInvitation } from "./create-invitation";
import { findInvitation } from "./find-invitation";
import { leaveWorkspace } from "./leave-workspace";
import { listInvitations } from "./list-invitations";
import { registerByInvitation } from "./register-by-invitation";
import { removeMember } from "./remove-member";
import type { Person } from "./require-person";
import { revokeInvitation } from "./revoke-invitation";

const PASSWORD = "a good long password";
let database: TestDatabase;
let workspaceId: string;
let ada: { person: Person; scope: WorkspaceScope };

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
beforeEach(async () => {
  workspaceId = await createWorkspace();
  ada = await join(workspaceId, "admin");
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});

async function createWorkspace(): Promise<string> {
  const id = newId("ws");
  await prisma().workspace.create({ data: { id, slug: id, name: "Acme" } });
  return id;
}

async function createPerson(others: { disabledAt?: Date } = {}): Promise<Person> {
  const userId = newId("usr");
  const email = `${userId}@x.example`;
  await prisma().user.create({ data: { id: userId, email, name: userId, passwordHash: "none", ...others } });
  const sessionId = await insertSession(userId, "a test");
  return { kind: "user", userId, name: userId, email, isPlatformAdmin: false, sessionId, token: null };
}

async function join(workspace: string, role: Role, others: { disabledAt?: Date } = {}) {
  const person = await createPerson(others);
  await prisma().member.create({ data: { workspaceId: workspace, userId: person.userId, role } });
  return { person, scope: await openScope(person, workspace) };
}

const roleOf = async (userId: string) =>
  (await prisma().member.findUnique({ where: { workspaceId_userId: { workspaceId, userId } } }))?.role ?? null;
const refusedWith = (code: AppError["code"]) => expect.objectContaining({ code }) as unknown;
const tokenOf = (link: string) => link.split("/").at(-1) ?? "";

test("K-02 a role that is changed holds from the next request on, and is recorded with what it was", async () => {
  const { person } = await join(workspaceId, "viewer");
  const changed = await changeRole(ada.scope, { userId: person.userId, role: "editor" });
  expect(changed).toMatchObject({ userId: person.userId, role: "editor", isDisabled: false });
  expect((await openScope(person, workspaceId)).can("images.push")).toBe(true);
  const events = await prisma().auditEvent.findMany({ where: { workspaceId, action: "member.role-changed" } });
  expect(events).toEqual([
    expect.objectContaining({ actorId: ada.person.userId, before: { role: "viewer" }, after: { role: "editor" } }),
  ]);
});

test("who is removed is out at once, with their tokens for this workspace and no others", async () => {
  const { person, scope } = await join(workspaceId, "editor");
  const elsewhere = await createWorkspace();
  await prisma().member.create({ data: { workspaceId: elsewhere, userId: person.userId, role: "viewer" } });
  const token = (workspace: string | null, userId: string | null) => {
    const id = newId("tok");
    const data = { id, secretHash: randomBytes(32), hint: "x", name: "x", role: "viewer" as const, spaceIds: [] };
    return prisma().apiToken.create({
      data: { ...data, workspaceId: workspace, userId, isSpaceLimited: false, createdByName: "x" },
    });
  };
  const tokens = [await token(workspaceId, person.userId), await token(elsewhere, person.userId)];
  const others = [await token(null, person.userId), await token(workspaceId, null)];
  await removeMember(ada.scope, person.userId);
  await expect(openScope(person, workspaceId)).rejects.toEqual(refusedWith("not_found"));
  await expect(removeMember(scope, ada.person.userId)).rejects.toEqual(refusedWith("not_found"));
  const revoked = await prisma().apiToken.findMany({ where: { revokedAt: { not: null } }, select: { id: true } });
  expect(revoked).toEqual([{ id: tokens[0]?.id }]);
  expect(others).toHaveLength(2);
  // They are somebody elsewhere still, and signed in.
  expect((await openScope(person, elsewhere)).role).toBe("viewer");
});

test("the last admin cannot go: not by a lesser role, not by removal, not by leaving", async () => {
  const { person } = await join(workspaceId, "editor");
  // One who cannot sign in is no admin to rely on.
  await join(workspaceId, "admin", { disabledAt: new Date() });
  const { userId } = ada.person;
  await expect(changeRole(ada.scope, { userId, role: "viewer" })).rejects.toEqual(refusedWith("conflict"));
  await expect(removeMember(ada.scope, userId)).rejects.toEqual(refusedWith("conflict"));
  await expect(leaveWorkspace(ada.scope)).rejects.toEqual(refusedWith("conflict"));
  await changeRole(ada.scope, { userId: person.userId, role: "admin" });
  await leaveWorkspace(ada.scope);
  expect(await roleOf(userId)).toBeNull();
  expect(await roleOf(person.userId)).toBe("admin");
});

test("two admins who remove each other at once: one of them stays, every time", async () => {
  for (let round = 0; round < 10; round++) {
    workspaceId = await createWorkspace();
    const [one, two] = [await join(workspaceId, "admin"), await join(workspaceId, "admin")];
    const done = await Promise.allSettled([
      removeMember(one.scope, two.person.userId),
      removeMember(two.scope, one.person.userId),
    ]);
    expect(done.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await prisma().member.count({ where: { workspaceId, role: "admin" } })).toBe(1);
  }
});

test("three admins who lower each other at once leave one", async () => {
  const admins = [ada, await join(workspaceId, "admin"), await join(workspaceId, "admin")];
  await Promise.allSettled(
    admins.map(({ scope }, at) =>
      changeRole(scope, { userId: admins[(at + 1) % 3]?.person.userId ?? "", role: "viewer" }),
    ),
  );
  expect(await prisma().member.count({ where: { workspaceId, role: "admin" } })).toBeGreaterThanOrEqual(1);
});

test("somebody of another workspace is nobody here", async () => {
  const stranger = await join(await createWorkspace(), "viewer");
  const { userId } = stranger.person;
  await expect(changeRole(ada.scope, { userId, role: "admin" })).rejects.toEqual(refusedWith("not_found"));
  await expect(removeMember(ada.scope, userId)).rejects.toEqual(refusedWith("not_found"));
});

test("K-11 an invitation makes an account and a member, once", async () => {
  const email = `${newId("usr")}@new.example`;
  const { link, invitation } = await createInvitation(ada.scope, { email, role: "editor" });
  expect(new Date(invitation.expiresAt).getTime() - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  const token = tokenOf(link);
  expect(JSON.stringify(await prisma().invitation.findMany({ where: { workspaceId } }))).not.toContain(token);
  expect(await findInvitation(token)).toMatchObject({
    email,
    role: "editor",
    workspaceName: "Acme",
    hasAccount: false,
  });

  const tries = [1, 2, 3].map(() => registerByInvitation({ token, name: "Nina", password: PASSWORD }));
  const done = await Promise.allSettled(tries);
  expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const user = await prisma().user.findUniqueOrThrow({ where: { email } });
  expect(await roleOf(user.id)).toBe("editor");
  expect(await findInvitation(token)).toBeNull();
  expect((await listInvitations(ada.scope)).items).toEqual([]);
});

test("an invitation with a password that may not be makes nothing, and can be tried again", async () => {
  const email = `${newId("usr")}@new.example`;
  const { link } = await createInvitation(ada.scope, { email, role: "viewer" });
  const token = tokenOf(link);
  const bad = registerByInvitation({ token, name: "Nina", password: "passwordpassword" });
  await expect(bad).rejects.toEqual(refusedWith("unprocessable"));
  expect(await prisma().user.count({ where: { email } })).toBe(0);
  await registerByInvitation({ token, name: "Nina", password: PASSWORD });
});

test("who has an account accepts with it, and only the one it is for", async () => {
  const [person, other] = [await createPerson(), await createPerson()];
  const { link } = await createInvitation(ada.scope, { email: person.email, role: "editor" });
  const token = tokenOf(link);
  expect((await findInvitation(token))?.hasAccount).toBe(true);
  await expect(registerByInvitation({ token, name: "Nina", password: PASSWORD })).rejects.toEqual(
    refusedWith("conflict"),
  );
  await expect(acceptInvitation(other, { token })).rejects.toEqual(refusedWith("forbidden"));
  const acting = { id: "tok_x", name: "x", role: "admin", workspaceId: null, spaceIds: null } as const;
  await expect(acceptInvitation({ ...person, token: acting }, { token })).rejects.toEqual(refusedWith("forbidden"));
  await acceptInvitation(person, { token });
  expect(await roleOf(person.userId)).toBe("editor");
  await expect(acceptInvitation(person, { token })).rejects.toEqual(refusedWith("not_found"));
});

test("an invitation that was taken back, replaced, or is a week old is good for nothing", async () => {
  const person = await createPerson();
  const first = await createInvitation(ada.scope, { email: person.email, role: "admin" });
  const second = await createInvitation(ada.scope, { email: person.email, role: "viewer" });
  const taken = await createInvitation(ada.scope, { email: "taken-back@new.example", role: "viewer" });
  await revokeInvitation(ada.scope, taken.invitation.id);
  await expect(revokeInvitation(ada.scope, taken.invitation.id)).rejects.toEqual(refusedWith("not_found"));
  expect(await findInvitation(tokenOf(first.link))).toBeNull();
  expect(await findInvitation(tokenOf(taken.link))).toBeNull();
  await expect(acceptInvitation(person, { token: tokenOf(first.link) })).rejects.toEqual(refusedWith("not_found"));
  await prisma().invitation.update({
    where: { id: second.invitation.id },
    data: { expiresAt: new Date(Date.now() - 1) },
  });
  await expect(acceptInvitation(person, { token: tokenOf(second.link) })).rejects.toEqual(refusedWith("not_found"));
  expect((await listInvitations(ada.scope)).items).toEqual([expect.objectContaining({ isExpired: true })]);
});

test("nobody is invited twice, or where they are already; another workspace's invitations are none of ours", async () => {
  const { person } = await join(workspaceId, "viewer");
  const again = createInvitation(ada.scope, { email: person.email, role: "admin" });
  await expect(again).rejects.toEqual(refusedWith("conflict"));
  const both = [1, 2].map(() => createInvitation(ada.scope, { email: "twice@new.example", role: "viewer" }));
  await Promise.all(both);
  expect((await listInvitations(ada.scope)).items).toHaveLength(1);
  const bob = await join(await createWorkspace(), "admin");
  const invitationId = (await listInvitations(ada.scope)).items[0]?.id ?? "";
  await expect(revokeInvitation(bob.scope, invitationId)).rejects.toEqual(refusedWith("not_found"));
  expect((await listInvitations(bob.scope)).items).toEqual([]);
});

test("an invitation goes by e-mail where there is a mail server, and stands where that takes nothing", async () => {
  const mail = await startMailServer();
  try {
    setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl(), SMTP_URL: mail.url });
    const sent = await createInvitation(ada.scope, { email: "by-mail@new.example", role: "viewer" });
    expect(sent.isMailed).toBe(true);
    expect(mail.received.map(({ to }) => to)).toEqual([["by-mail@new.example"]]);
    // Long lines are folded on their way.
    expect(mail.received[0]?.raw.replace(/=\r\n/g, "")).toContain(tokenOf(sent.link));
    mail.refuse("no such mailbox");
    const refused = await createInvitation(ada.scope, { email: "no-mail@new.example", role: "viewer" });
    expect(refused.isMailed).toBe(false);
    expect(await findInvitation(tokenOf(refused.link))).not.toBeNull();
  } finally {
    setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl(), SMTP_URL: "" });
    await mail.stop();
  }
});

test("an admin who was removed a moment ago invites nobody any more", async () => {
  const bob = await join(workspaceId, "admin");
  await removeMember(ada.scope, bob.person.userId);
  const late = createInvitation(bob.scope, { email: "friend@new.example", role: "admin" });
  await expect(late).rejects.toEqual(refusedWith("not_found"));
});
