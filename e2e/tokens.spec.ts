import { expect, type Page, test } from "@playwright/test";
import { callOperation } from "@/contracts/call";
import { listCrawls } from "@/contracts/crawls";
import { listImages } from "@/contracts/images";
import type { Operation } from "@/contracts/operation";
import { OPERATIONS } from "@/contracts/operations";
import { createPins } from "@/contracts/pins";
import { listSpaces } from "@/contracts/spaces";
import { createMyToken, createWorkspaceToken, revokeWorkspaceToken } from "@/contracts/tokens";
import type { Role } from "@/domain/access/permissions";
import { newId } from "@/server/platform/new-id";
import { type SkopeoTarget, skopeoCopy, skopeoPull } from "@/testing/skopeo";
import { type RawAnswer, send } from "./support/api";
import { bodyOf, hasBody, namesIds, parametersOf, queryOf, type TenantIds } from "./support/operation-inputs";
import { table } from "./support/screen";
import { sharedStack } from "./support/shared-stack";
import type { StackPlace } from "./support/stack";
import {
  createFilledSpace,
  createTenant,
  reclaimSome,
  type Tenant,
  type TenantSpace,
  takeTags,
} from "./support/tenants";

/** One space of a workspace, with one of everything in it. */
interface Side {
  space: TenantSpace;
  ids: TenantIds;
  /** What a token of other spaces may never read. */
  secrets: string[];
}

let stack: StackPlace;
let tenant: Tenant;
let open: Side;
let closed: Side;
/** Of the workspace, an admin's role, for the open space alone; a person's, and nobody's. */
let limited: { who: string; secret: string }[];

test.beforeAll(async () => {
  stack = await sharedStack();
  tenant = await createTenant(stack, "depot");
  open = await createSide("open");
  closed = await createSide("closed");
  const { workspaceId, admin } = tenant;
  const wanted = { name: "limited", role: "admin" as const, spaceIds: [open.ids.spaceId] };
  const personal = await admin.call(createMyToken, { body: { ...wanted, workspaceId } });
  const robot = await admin.call(createWorkspaceToken, { params: { workspaceId }, body: wanted });
  limited = [
    { who: "a person's token", secret: personal.secret },
    { who: "the workspace's token", secret: robot.secret },
  ];
});

async function createSide(name: string): Promise<Side> {
  const { workspaceId, admin, members } = tenant;
  const owner = { workspaceId, api: admin, session: members.admin };
  const space = await createFilledSpace(stack, owner, { prefix: name, repositories: 1, imagesPerRepository: 5 });
  const { spaceId, registryId } = space;
  const place = { workspaceId, spaceId };
  const { ruleId, runId, entries } = await reclaimSome(admin, place, takeTags("v0"));
  const { items: crawls } = await admin.call(listCrawls, { params: place });
  const [image] = (await admin.call(listImages, { params: place })).items;
  const images = image ? [{ repositoryName: image.repositoryName, digest: image.digest }] : [];
  const { items: pins } = await admin.call(createPins, { params: place, body: { images, reason: `a pin of ${name}` } });
  const ids: Partial<Record<keyof TenantIds, string | undefined>> = {
    ...{ workspaceId, spaceId, runId, ruleId, registryId, entryId: entries[0]?.id, pinId: pins[0]?.id },
    crawlId: crawls.find((crawl) => crawl.spaceId === spaceId)?.id,
  };
  // Of what is the workspace's, a token of some spaces needs no ids: it is refused before.
  const all = new Proxy(ids, { get: (known, key) => known[key as keyof TenantIds] ?? newId("tok") }) as TenantIds;
  const own = ["spaceId", "runId", "ruleId", "entryId", "pinId", "crawlId"] as const;
  const secrets = [...own.map((key) => ids[key] ?? ""), ...space.images.map(({ digest }) => digest), `${name}/app`];
  if (secrets.includes("")) throw new Error(`${name} lacks something: ${JSON.stringify(ids)}`);
  return { space, ids: all, secrets };
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

/** A request about one space, but for what is replaced with what is another's. */
function ask(secret: string, operation: Operation, foreign: readonly (keyof TenantIds)[] = [], body?: unknown) {
  const params = Object.fromEntries(
    parametersOf(operation).map((name) => [name, (foreign.includes(name) ? closed : open).ids[name]]),
  );
  return send(stack.url, operation, {
    ...{ headers: bearer(secret), params, query: queryOf(operation, open.space) },
    body: body ?? bodyOf(operation, open.ids, open.space),
  });
}

function expectNoSecrets(answer: RawAnswer, what: string): void {
  for (const secret of closed.secrets) expect(answer.text, what).not.toContain(secret);
}

const OF_SPACES = ["spaceId", "runId", "ruleId", "entryId", "pinId", "crawlId"] as const;

for (const operation of OPERATIONS.filter(({ access }) => access.kind !== "public")) {
  test(`tokens: ${operation.id} shows a token of one space nothing of another`, async () => {
    for (const { who, secret } of limited) {
      const what = `${operation.id}, ${who}`;
      const isInReach = operation.tokens === "space" || operation.tokens === "run";
      const names = OF_SPACES.filter((name) => parametersOf(operation).includes(name));
      for (const name of names) {
        const answer = await ask(secret, operation, [name]);
        expect(answer.status, `${what}, ${name}: ${answer.text.slice(0, 200)}`).toBe(isInReach ? 404 : 403);
        expectNoSecrets(answer, what);
      }
      if (hasBody(operation) && namesIds(operation) && names.length > 0) {
        const answer = await ask(secret, operation, [], bodyOf(operation, closed.ids, open.space));
        expect(answer.status, `${what}, in the body: ${answer.text.slice(0, 200)}`).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        expectNoSecrets(answer, what);
      }
      if (isInReach) {
        expect(names.length, what).toBeGreaterThan(0);
        if (operation.method !== "GET") continue;
        const own = await ask(secret, operation);
        expect([200, 404], `${what}: ${own.text.slice(0, 200)}`).toContain(own.status);
        expect(own.problem?.code, `${what}: it is let in`).not.toBe("forbidden");
        if (operation.output !== "stream") expectNoSecrets(own, what);
      } else if (operation.tokens === "filtered") {
        expectNoSecrets(await ask(secret, operation), what);
      } else {
        const refused = await ask(secret, operation);
        expect(refused.status, `${what}: ${refused.text.slice(0, 200)}`).toBe(403);
        expectNoSecrets(refused, what);
      }
    }
  });
}

test("tokens: what an operation lets tokens do is said on purpose, where it is not plain from its path", () => {
  const filtered = OPERATIONS.filter(({ tokens }) => tokens === "filtered").map(({ id }) => id);
  expect(filtered.sort()).toEqual(["createMyToken", "getMe", "listMyTokens", "listSpaces", "revokeMyToken"]);
  for (const operation of OPERATIONS) {
    if (operation.tokens === "space") expect(parametersOf(operation), operation.id).toContain("spaceId");
    if (operation.tokens === "run") expect(parametersOf(operation), operation.id).toContain("runId");
  }
});

/** An image of a space as skopeo names it, with a token as the password of somebody. */
function image(secret: string, repository: string, reference: string): SkopeoTarget {
  return { registryUrl: stack.registryUrl, repository, reference, username: "whoever", password: secret };
}

test("R-09 tokens: skopeo signs in with one, pulls and pushes what its role and spaces allow, and nothing once it is revoked", async () => {
  const { workspaceId, admin } = tenant;
  const [own, foreign] = [open.space.images[2], closed.space.images[2]];
  if (!own || !foreign) throw new Error("there are too few images");
  const tagOf = ({ tags }: typeof own) => tags[0] ?? "";
  const make = (role: Role) =>
    admin.call(createWorkspaceToken, {
      params: { workspaceId },
      body: { name: `docker ${role}`, role, spaceIds: [open.ids.spaceId] },
    });
  const [viewer, editor] = [await make("viewer"), await make("editor")];
  const pull = (secret: string, { repository, tags }: typeof own) =>
    skopeoPull(image(secret, repository, tags[0] ?? ""));
  expect((await pull(viewer.secret, own)).digest).toBe(own.digest);
  expect((await pull(viewer.secret, foreign)).ok).toBe(false);
  const push = (secret: string, repository: string) =>
    skopeoCopy(image(secret, own.repository, tagOf(own)), image(secret, repository, "by-token"));
  expect((await push(viewer.secret, "open/pushed")).ok).toBe(false);
  expect(await push(editor.secret, "open/pushed")).toEqual({ ok: true, error: null });
  expect((await push(editor.secret, "closed/pushed")).ok).toBe(false);
  const params = { workspaceId, tokenId: viewer.token.id };
  await admin.call(revokeWorkspaceToken, { params });
  const refused = await pull(viewer.secret, own);
  expect(refused.error).toMatch(/user name or the password is wrong/);
});

test("tokens: a password makes one over HTTP, which then is all that a command line needs", async () => {
  const { email, password } = tenant.members.viewer;
  const authorization = `Basic ${Buffer.from(`${email}:${password}`).toString("base64")}`;
  const options = { baseUrl: stack.url, headers: { authorization } };
  const { secret } = await callOperation(createMyToken, { body: { name: "laptop", role: "admin" } }, options);
  const { workspaceId } = tenant;
  const listed = await callOperation(
    listSpaces,
    { params: { workspaceId } },
    { baseUrl: stack.url, headers: bearer(secret) },
  );
  expect(listed.items.map(({ name }) => name).sort()).toEqual(["closed", "open"]);
  // Its owner is a viewer, whatever it was made for.
  const answer = await send(stack.url, createWorkspaceToken, {
    ...{ headers: bearer(secret), params: { workspaceId }, body: { name: "x", role: "viewer" } },
  });
  expect(answer.status).toBe(403);
});

test.describe("on screen", () => {
  async function makeOnScreen(page: Page, name: string): Promise<string> {
    await page.getByRole("button", { name: "Create token" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Create token" }).click();
    await expect(dialog.getByRole("alert")).toHaveText("Give it a name.");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("radio", { name: "Editor" }).click();
    await dialog.getByRole("radio", { name: "Only these" }).click();
    await dialog.getByRole("checkbox", { name: "open" }).click();
    await dialog.getByRole("button", { name: "Create token" }).click();
    const made = page.getByRole("dialog", { name: `${name} is made` });
    const secret = await made.getByRole("figure", { name: "token", exact: true }).locator("code").innerText();
    await made.getByRole("button", { name: "Done" }).click();
    return secret;
  }
  const statusOf = async (secret: string) => {
    const { workspaceId } = tenant;
    return (await send(stack.url, listSpaces, { headers: bearer(secret), params: { workspaceId } })).status;
  };

  test("tokens: an admin makes one of the workspace, sees it once, sees it used, and revokes it", async ({
    browser,
  }) => {
    const page = await browser.newPage({ storageState: tenant.members.admin.storageState });
    await page.goto(`${stack.url}/w/${tenant.slug}/tokens`);
    const secret = await makeOnScreen(page, "ci-builds");
    expect(secret).toMatch(/^rcl_bot_[0-9A-Za-z]{49}$/);
    expect(await statusOf(secret)).toBe(200);
    await page.reload();
    const row = table(page, "Tokens").getByRole("row", { name: /ci-builds/ });
    await expect(row).toContainText("open");
    await expect(row).not.toContainText("never");
    await expect(page.locator("body")).not.toContainText(secret);
    await row.getByRole("button", { name: "Revoke ci-builds" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
    // Behind the dialog there is no row for anybody.
    await expect(page.getByRole("alertdialog")).toHaveCount(0);
    await expect(row).toHaveCount(0);
    expect(await statusOf(secret)).toBe(401);
    await page.close();
  });

  test("tokens: a person makes their own on their account", async ({ browser }) => {
    const page = await browser.newPage({ storageState: tenant.members.editor.storageState });
    await page.goto(`${stack.url}/account/tokens`);
    await page.getByRole("button", { name: "Create token" }).first().click();
    await page.getByLabel("Workspace").click();
    await page.getByRole("option", { name: "depot" }).click();
    await expect(page.getByRole("radio", { name: "Admin" })).toBeDisabled();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Create token" }).first().click();
    await page.getByLabel("Name").fill("laptop");
    await page.getByRole("dialog").getByRole("button", { name: "Create token" }).click();
    const made = page.getByRole("dialog", { name: "laptop is made" });
    await expect(made.getByRole("figure", { name: "docker login" })).toContainText("rcl_pat_");
    await made.getByRole("button", { name: "Done" }).click();
    await expect(table(page, "API tokens").getByRole("row", { name: /laptop/ })).toContainText(
      "Every workspace of yours",
    );
    await page.close();
  });

  test("K-11 tokens: a viewer sees the workspace's, and why they cannot make any", async ({ browser }) => {
    const page = await browser.newPage({ storageState: tenant.members.viewer.storageState });
    await page.goto(`${stack.url}/w/${tenant.slug}/tokens`);
    await expect(table(page, "Tokens").getByRole("row", { name: /limited/ })).toBeVisible();
    const create = page.getByRole("button", { name: "Create token" });
    await expect(create).toHaveAttribute("aria-disabled", "true");
    await create.hover();
    await expect(page.getByRole("tooltip")).toContainText("Only workspace admins can make and revoke");
    await page.close();
  });
});
