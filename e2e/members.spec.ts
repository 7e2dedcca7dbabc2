import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { operationUrl } from "@/contracts/call";
import { listImages } from "@/contracts/images";
import { listMembers, removeMember } from "@/contracts/members";
import { deleteWorkspace, listWorkspaces } from "@/contracts/platform-people";
import { listRegistries } from "@/contracts/registries";
import { createRule } from "@/contracts/rules";
import { watchSpace } from "@/contracts/space-stream";
import { createSpace } from "@/contracts/spaces";
import { createMyToken } from "@/contracts/tokens";
import { getWorkspace } from "@/contracts/workspaces";
import { type Api, apiOf } from "./support/api";
import { table } from "./support/screen";
import { sharedStack } from "./support/shared-stack";
import { type Session, signIn } from "./support/sign-in";
import type { StackPlace } from "./support/stack";
import { createTenant, firstWorkspace, type Tenant, takeTags } from "./support/tenants";

/** People as they come, rise, fall and go; on screen, with what a removed one can still reach. */
test.describe.configure({ mode: "serial" });

const PASSWORD = "three words and more";

let stack: StackPlace;
let ada: { page: Page; api: Api; workspaceId: string; session: Session };
let contexts: BrowserContext[] = [];
let newContext: (session?: Session) => Promise<Page>;
let polar: Tenant;

test.beforeAll(async ({ browser }) => {
  stack = await sharedStack();
  newContext = async (session) => {
    const context = await browser.newContext(session ? { storageState: session.storageState } : {});
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    return page;
  };
  const { api, workspaceId, session } = await firstWorkspace(stack);
  ada = { page: await newContext(session), api, workspaceId, session };
  polar = await createTenant(stack, "polar");
});
test.afterAll(async () => {
  for (const context of contexts) await context.close();
  contexts = [];
});

/** The link that a dialog shows this once. */
async function onceOnlyLink(page: Page): Promise<string> {
  const code = page.getByRole("dialog").getByRole("figure", { name: "link" }).locator("code");
  return (await code.textContent()) ?? "";
}

async function inviteOnScreen(email: string, role: "Admin" | "Editor" | "Viewer"): Promise<string> {
  const { page } = ada;
  await page.goto(`${stack.url}/w/acme/members`);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByLabel("Role").click();
  await page.getByRole("option", { name: new RegExp(`^${role}`) }).click();
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(dialog.getByText("It is shown this once")).toBeVisible();
  const link = await onceOnlyLink(page);
  await dialog.getByRole("button", { name: "Done" }).click();
  return link;
}

async function register(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Join Acme" })).toBeVisible();
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("The same once more").fill(PASSWORD);
  await page.getByRole("button", { name: "Make account and join" }).click();
  await page.waitForURL("**/w/acme/spaces");
}

const memberRow = (page: Page, name: string) => table(page, "Members").getByRole("row").filter({ hasText: name });

test("K-02 K-11 somebody is invited, makes an account by the link, and is what they were invited as", async () => {
  const link = await inviteOnScreen("nina@new.example", "Editor");
  await expect(table(ada.page, "Invitations").getByText("nina@new.example")).toBeVisible();
  const nina = await newContext();
  await register(nina, link, "Nina New");
  await nina.goto(`${stack.url}/w/acme/members`);
  await expect(memberRow(nina, "Nina New").getByText("Editor")).toBeVisible();
  const invite = nina.getByRole("button", { name: "Invite", exact: true });
  await expect(invite).toHaveAttribute("aria-disabled", "true");
  await invite.focus();
  await expect(nina.getByRole("tooltip")).toContainText("Only workspace admins");
  await expect(nina.getByRole("combobox")).toHaveCount(0);
  // The link is used up.
  const late = await newContext();
  await late.goto(link);
  await expect(late.getByRole("heading", { name: "This invitation is not good any more" })).toBeVisible();
});

test("K-11 a role that is changed on screen holds at once", async () => {
  const nina = apiOf(stack.url, await signIn(stack.url, "nina@new.example", PASSWORD));
  const params = { workspaceId: ada.workspaceId };
  const { page } = ada;
  await page.reload();
  await page.getByRole("combobox", { name: "Role of Nina New" }).click();
  await page.getByRole("option", { name: /^Admin/ }).click();
  await expect(page.getByText("Nina New is an admin now")).toBeVisible();
  expect((await nina.call(getWorkspace, { params })).role).toBe("admin");
  await page.getByRole("combobox", { name: "Role of Nina New" }).click();
  await page.getByRole("option", { name: /^Viewer/ }).click();
  await expect(page.getByText("Nina New is a viewer now")).toBeVisible();
  expect((await nina.call(getWorkspace, { params })).role).toBe("viewer");
});

test("K-11 the last admin cannot lower or remove themselves, and is told why", async () => {
  const { page } = ada;
  await page.getByRole("combobox", { name: "Role of Ada Admin" }).click();
  await page.getByRole("option", { name: /^Editor/ }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Change my role" }).click();
  await expect(dialog.getByText("Ada Admin is the last admin of this workspace.")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Leave workspace" }).click();
  await dialog.getByRole("button", { name: "Leave workspace" }).click();
  await expect(dialog.getByText("Ada Admin is the last admin of this workspace.")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
});

test("R-01 who is removed reaches nothing any more: pages, API, open streams, the registry", async () => {
  test.setTimeout(90_000);
  const { api, workspaceId, page } = ada;
  const session = await signIn(stack.url, "nina@new.example", PASSWORD);
  const nina = apiOf(stack.url, session);
  const registryId = (await api.call(listRegistries, { params: { workspaceId } })).items[0]?.id ?? "";
  const space = await api.call(createSpace, {
    params: { workspaceId },
    body: { name: "acme", registryId, prefix: "acme" },
  });
  const params = { workspaceId, spaceId: space.id };
  await nina.call(listImages, { params });
  expect(await grantsOf("nina@new.example")).toContain("repository:acme/api:pull");
  const stream = await fetch(`${stack.url}${operationUrl(watchSpace, { params })}`, { headers: session.headers });
  expect(stream.status).toBe(200);
  const streamEnd = stream.text();

  await page.goto(`${stack.url}/w/acme/members`);
  await page.getByRole("button", { name: "Remove Nina New" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove member" }).click();
  await expect(page.getByText("Nina New is no member any more")).toBeVisible();
  const removedAt = Date.now();
  await expect(nina.call(listImages, { params })).rejects.toMatchObject({ problem: { status: 404 } });
  expect(await grantsOf("nina@new.example")).toBe("");
  await streamEnd;
  // It looks again every ten seconds whether it may go on; by itself it ends after ninety.
  expect(Date.now() - removedAt).toBeLessThan(60_000);
  const gone = await newContext(session);
  await gone.goto(`${stack.url}/`);
  await expect(gone.getByRole("heading", { name: "You are not a member of any workspace" })).toBeVisible();
});

/** The scopes that a token for acme/api gives them. */
async function grantsOf(email: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${email}:${PASSWORD}`).toString("base64")}`;
  const query = new URLSearchParams({ service: "reclaim-registry", scope: "repository:acme/api:pull,push" });
  const answer = await fetch(`${stack.url}/api/registry/token?${query}`, { headers: { authorization } });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { scope?: string }).scope ?? "";
}

test("K-11 an invitation to somebody with an account is accepted by them, and by nobody else", async () => {
  const link = await inviteOnScreen("viewer@polar.example", "Viewer");
  const other = await newContext(polar.members.editor);
  await other.goto(link);
  await expect(other.getByText("You are signed in as editor@polar.example")).toBeVisible();
  await expect(other.getByRole("button", { name: "Join", exact: true })).toHaveCount(0);
  const page = await newContext();
  await page.goto(link);
  await page.getByRole("link", { name: "Sign in as viewer@polar.example" }).click();
  await page.getByLabel("E-mail").fill("viewer@polar.example");
  await page.getByLabel("Password").fill(polar.members.viewer.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.waitForURL("**/w/acme/spaces");
});

test("K-44 a workspace admin who is no platform admin creates rules; an editor and a viewer do not", async () => {
  const { workspaceId, members, admin } = polar;
  const registryId = (await admin.call(listRegistries, { params: { workspaceId } })).items[0]?.id ?? "";
  const space = await admin.call(createSpace, {
    params: { workspaceId },
    body: { name: "polar", registryId, prefix: "polar" },
  });
  const input = (name: string) => ({
    params: { workspaceId, spaceId: space.id },
    body: { name, definition: takeTags("none-*") },
  });
  expect((await admin.call(createRule, input("of the admin"))).name).toBe("of the admin");
  for (const role of ["editor", "viewer"] as const) {
    const refused = apiOf(stack.url, members[role]).call(createRule, input(`of the ${role}`));
    await expect(refused).rejects.toMatchObject({ problem: { status: 403 } });
  }
});

test("K-40 a platform admin sees of a tenant what it owns, and nothing of its images", async () => {
  const { workspaceId } = polar;
  const { items } = await ada.api.call(listWorkspaces, {});
  expect(items.find(({ id }) => id === workspaceId)).toMatchObject({ memberCount: 3, spaceCount: 1 });
  for (const operation of [getWorkspace, listMembers])
    await expect(ada.api.call(operation, { params: { workspaceId } })).rejects.toMatchObject({
      problem: { status: 404 },
    });
  await ada.page.goto(`${stack.url}/w/polar/spaces`);
  await expect(ada.page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test("K-41 a workspace that owns a registry space is not deleted", async () => {
  const { workspaceId } = polar;
  const query = { typedName: "polar" };
  await expect(ada.api.call(deleteWorkspace, { params: { workspaceId }, query })).rejects.toMatchObject({
    problem: { status: 409, detail: expect.stringContaining("still owns 1 registry space") as unknown },
  });
  await ada.page.goto(`${stack.url}/w/acme/platform/workspaces`);
  await ada.page.getByRole("button", { name: "Actions for polar" }).click();
  await expect(ada.page.getByRole("menuitem", { name: /^Delete…/ })).toHaveAttribute("aria-disabled", "true");
  await ada.page.keyboard.press("Escape");
});

test("K-40 a platform admin makes a workspace on screen, whose first admin comes by an invitation", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Create workspace" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Süd & Partner");
  await expect(dialog.getByLabel("Address")).toHaveValue("sud-partner");
  await dialog.getByLabel("E-mail of its first admin").fill("sam@new.example");
  await dialog.getByRole("button", { name: "Create workspace" }).click();
  const link = await onceOnlyLink(page);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(table(page, "Workspaces").getByRole("row").filter({ hasText: "Süd & Partner" })).toContainText("None");
  const sam = await newContext();
  await sam.goto(link);
  await sam.getByLabel("Your name").fill("Sam South");
  await sam.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await sam.getByLabel("The same once more").fill(PASSWORD);
  await sam.getByRole("button", { name: "Make account and join" }).click();
  await sam.waitForURL("**/w/sud-partner/spaces");
  await sam.goto(`${stack.url}/w/sud-partner/members`);
  await expect(sam.getByRole("button", { name: "Invite", exact: true })).toBeEnabled();
});

test("R-01 a platform admin makes an account, disables it, and whoever had it is out", async () => {
  const { page } = ada;
  await page.goto(`${stack.url}/w/acme/platform/users`);
  await page.getByRole("button", { name: "Create user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill("otto@new.example");
  await dialog.getByLabel("Name").fill("Otto Other");
  await dialog.getByRole("button", { name: "Create user" }).click();
  const link = await onceOnlyLink(page);
  await dialog.getByRole("button", { name: "Done" }).click();
  const otto = await newContext();
  await otto.goto(link);
  await otto.getByLabel("New password").fill(PASSWORD);
  await otto.getByLabel("The same once more").fill(PASSWORD);
  await otto.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(otto.getByRole("heading", { name: "You are not a member of any workspace" })).toBeVisible();

  await page.getByLabel("Search users").fill("otto");
  const row = table(page, "Users").getByRole("row").filter({ hasText: "Otto Other" });
  await expect(row).toContainText("Password");
  await expect(table(page, "Users").getByRole("row")).toHaveCount(2);
  // A link to reset says on both sides what ends with it.
  const before = await signIn(stack.url, "otto@new.example", PASSWORD);
  const token = await apiOf(stack.url, before).call(createMyToken, { body: { name: "laptop", role: "viewer" } });
  const throughToken = () => fetch(`${stack.url}/api/v1/me`, { headers: { authorization: `Bearer ${token.secret}` } });
  expect((await throughToken()).status).toBe(200);
  await page.getByRole("button", { name: "Actions for Otto Other" }).click();
  await page.getByRole("menuitem", { name: "Link to set a password…" }).click();
  await expect(dialog).toContainText("then every session and personal API token of theirs ends");
  await dialog.getByRole("button", { name: "Make link" }).click();
  const resetLink = await onceOnlyLink(page);
  await dialog.getByRole("button", { name: "Done" }).click();
  expect((await throughToken()).status).toBe(200);
  const reset = await newContext();
  await reset.goto(resetLink);
  await expect(reset.getByText("that session ends, and so does your personal API token.")).toBeVisible();
  await reset.getByLabel("New password").fill(`${PASSWORD} again`);
  await reset.getByLabel("The same once more").fill(`${PASSWORD} again`);
  await reset.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(reset.getByRole("heading", { name: "You are not a member of any workspace" })).toBeVisible();
  expect((await throughToken()).status).toBe(401);
  await otto.reload();
  await expect(otto.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();

  await page.getByRole("button", { name: "Actions for Otto Other" }).click();
  await page.getByRole("menuitem", { name: "Disable…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable user" }).click();
  await expect(row).toContainText("Disabled");
  await reset.reload();
  await expect(reset.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await expect(signIn(stack.url, "otto@new.example", `${PASSWORD} again`)).rejects.toThrow("could not sign in");
  const { items } = await ada.api.call(listMembers, { params: { workspaceId: ada.workspaceId } });
  const self = items.find(({ email }) => email === ada.session.email)?.userId ?? "";
  const last = ada.api.call(removeMember, { params: { workspaceId: ada.workspaceId, userId: self } });
  await expect(last).rejects.toMatchObject({ problem: { status: 409 } });
});
