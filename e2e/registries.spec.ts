import { expect, type Page, test } from "@playwright/test";
import { getMe } from "@/contracts/access";
import { listImages } from "@/contracts/images";
import { listSpaces, syncSpace } from "@/contracts/spaces";
import { BASIC_ACCOUNT, type BasicRegistry, startBasicRegistry } from "@/testing/basic-registry";
import { type SkopeoTarget, skopeoCopy, skopeoPull } from "@/testing/skopeo";
import { until } from "@/testing/until";
import { type Api, apiOf } from "./support/api";
import { pushImages } from "./support/images";
import { table } from "./support/screen";
import { sharedStack } from "./support/shared-stack";
import { signIn } from "./support/sign-in";
import type { StackPlace } from "./support/stack";
import { createFilledSpace, createTenant, type Tenant, type TenantSpace } from "./support/tenants";

/** A second registry, and a space that another workspace may read: attached, switched to, shared, removed and detached on screen. */
test.describe.configure({ mode: "serial" });

const REGISTRY = "Warehouse";

let stack: StackPlace;
let warehouse: BasicRegistry;
let partner: Tenant;
let shared: TenantSpace;
let page: Page;
let api: Api;
let workspaceId: string;

test.beforeAll(async ({ browser }) => {
  [stack, warehouse] = await Promise.all([sharedStack(), startBasicRegistry({ canDelete: true })]);
  partner = await createTenant(stack, "carrier");
  const session = await signIn(stack.url, stack.email, stack.password);
  api = apiOf(stack.url, session);
  workspaceId = (await api.call(getMe, {})).workspaces[0]?.id ?? "";
  shared = await createFilledSpace(
    stack,
    { workspaceId, api, session },
    { prefix: "team", repositories: 1, imagesPerRepository: 2 },
  );
  const { username, password } = BASIC_ACCOUNT;
  await pushImages({
    registryUrl: warehouse.url,
    username,
    password,
    prefix: "goods",
    repositories: 1,
    imagesPerRepository: 2,
  });
  page = await (await browser.newContext({ storageState: session.storageState })).newPage();
  page.setDefaultTimeout(15_000);
});
test.afterAll(async () => {
  await page?.context().close();
  await warehouse?.stop();
});

const dialog = () => page.getByRole("dialog");
const row = (list: string, name: string) => table(page, list).getByRole("row").filter({ hasText: name });

async function choose(name: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${name}`, exact: true }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

async function openNav(name: string): Promise<void> {
  const link = page.getByRole("navigation", { name: "Workspace" }).getByRole("link", { name, exact: true });
  await link.click();
  await expect(link).toHaveAttribute("aria-current", "page");
}

test("K-12 K-14 the left navigation has Registry Space, and a space the tab Reclaim", async () => {
  await page.goto(`${stack.url}/w/acme`);
  await openNav("Registry Space");
  await table(page, "Registry spaces").getByRole("link", { name: "team", exact: true }).click();
  const tab = page.getByRole("navigation", { name: "Registry space team" }).getByRole("link", { name: "Reclaim" });
  await tab.click();
  await expect(tab).toHaveAttribute("aria-current", "page");
});

test("K-35 K-39 a registry is tested and attached; a wrong password is told before", async () => {
  await openNav("Registries");
  await expect(row("Registries", stack.registryUrl)).toContainText("Integrated");
  await page.getByRole("button", { name: "Attach registry" }).first().click();
  await dialog().getByRole("button", { name: "Attach registry" }).click();
  await expect(dialog().getByText("Give the registry a name")).toBeVisible();
  await dialog().getByLabel("Name", { exact: true }).fill(REGISTRY);
  await dialog().getByLabel("Address", { exact: true }).fill(warehouse.url);
  await dialog().getByRole("radio", { name: "Every workspace" }).click();
  await dialog().getByLabel("User name", { exact: true }).fill(BASIC_ACCOUNT.username);
  await dialog().getByLabel("Password", { exact: true }).fill("a wrong one");
  await dialog().getByRole("button", { name: "Test connection" }).click();
  await expect(dialog().getByText("The registry cannot be attached like this")).toBeVisible();
  await expect(dialog().getByRole("list", { name: "What the test found" })).toContainText("does not accept");
  await dialog().getByRole("button", { name: "Attach registry" }).click();
  await expect(dialog().getByText("It was not attached")).toBeVisible();

  await dialog().getByLabel("Password", { exact: true }).fill(BASIC_ACCOUNT.password);
  await dialog().getByRole("button", { name: "Test connection" }).click();
  await expect(dialog().getByText("The registry can be attached like this")).toBeVisible();
  await expect(dialog().getByRole("list", { name: "What the test found" })).toContainText("It deletes images");
  await dialog().getByRole("button", { name: "Attach registry" }).click();
  await expect(dialog()).toHaveCount(0);
  await expect(row("Registries", REGISTRY)).toContainText("Integrated");
  await expect(row("Registries", REGISTRY)).toContainText("Healthy");
});

test("K-35 it is edited without its password, and says when it is not well", async () => {
  await choose(REGISTRY, "Edit");
  await expect(dialog().getByLabel("Password", { exact: true })).toHaveValue("");
  await dialog().getByLabel("Name", { exact: true }).fill(`${REGISTRY} two`);
  await dialog().getByRole("button", { name: "Save changes" }).click();
  await expect(row("Registries", `${REGISTRY} two`)).toContainText("Healthy");
  await choose(`${REGISTRY} two`, "Check now");
  await expect(page.getByText(`${REGISTRY} two is healthy`).first()).toBeVisible();
  expect(await page.content()).not.toContain(BASIC_ACCOUNT.password);
  await choose(`${REGISTRY} two`, "Edit");
  await dialog().getByLabel("Name", { exact: true }).fill(REGISTRY);
  await dialog().getByRole("button", { name: "Save changes" }).click();
  await expect(dialog()).toHaveCount(0);
});

test("K-13 K-32 a space is created on it, and the list switches between registries in its address", async () => {
  await openNav("Registry Space");
  await page.getByRole("button", { name: "Create registry space" }).first().click();
  await dialog().getByLabel("Name", { exact: true }).fill("goods");
  await dialog().getByRole("combobox", { name: "Registry" }).click();
  await page.getByRole("option", { name: REGISTRY }).click();
  await dialog().getByRole("button", { name: "Create registry space" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "goods" })).toBeVisible();
  // What was in the registry before it was attached is read.
  await until("the images of goods", async () => {
    const { items } = await api.call(listSpaces, { params: { workspaceId } });
    const spaceId = items.find((space) => space.name === "goods")?.id ?? "";
    return (await api.call(listImages, { params: { workspaceId, spaceId } })).total >= 2;
  });

  await openNav("Registry Space");
  const list = table(page, "Registry spaces");
  await expect(list.getByRole("link", { name: "team", exact: true })).toBeVisible();
  await page.getByRole("combobox", { name: "Registry" }).click();
  await page.getByRole("option", { name: REGISTRY }).click();
  await expect(list.getByRole("link", { name: "goods", exact: true })).toBeVisible();
  await expect(list.getByRole("link", { name: "team", exact: true })).toHaveCount(0);
  await expect(page).toHaveURL(/registry=reg_/);
  await page.reload();
  await expect(list.getByRole("link", { name: "goods", exact: true })).toBeVisible();
  await expect(list.getByRole("link", { name: "team", exact: true })).toHaveCount(0);
});

test("K-33 K-34 a bound workspace browses and pulls a space, and does nothing else in it", async ({ browser }) => {
  const image = shared.images[0];
  if (!image) throw new Error("nothing was pushed");
  const { email: username, password } = partner.members.editor;
  const source: SkopeoTarget = {
    ...{
      registryUrl: stack.registryUrl,
      repository: image.repository,
      reference: image.tags[0] ?? "",
      username,
      password,
    },
  };
  expect((await skopeoPull(source)).ok).toBe(false);

  await page.goto(`${stack.url}/w/acme/spaces`);
  await expect(row("Registry spaces", "team")).toContainText("No binding");
  await choose("team", "Bind workspaces");
  await dialog().getByRole("checkbox", { name: "carrier" }).click();
  await expect(dialog().getByRole("list", { name: "Bound workspaces" })).toContainText("carrier");
  await dialog().getByRole("button", { name: "Save bindings" }).click();
  await expect(dialog()).toHaveCount(0);
  await expect(row("Registry spaces", "team")).toContainText("carrier");

  const guest = await browser.newContext({ storageState: partner.members.editor.storageState });
  const theirs = await guest.newPage();
  await theirs.goto(`${stack.url}/w/carrier/spaces`);
  await expect(table(theirs, "Registry spaces").getByRole("row").filter({ hasText: "team" })).toContainText("of Acme");
  await table(theirs, "Registry spaces").getByRole("link", { name: "team", exact: true }).click();
  const tabs = theirs.getByRole("navigation", { name: "Registry space team" }).getByRole("link");
  await expect(tabs).toHaveText(["Images"]);
  await expect(theirs.getByRole("button", { name: "Pull an image" })).toBeVisible();
  await expect(theirs.getByRole("button", { name: "Sync" })).toHaveCount(0);
  await guest.close();

  expect((await skopeoPull(source)).digest).toBe(image.digest);
  const pushed = await skopeoCopy(source, { ...source, reference: "by-a-guest" });
  expect(pushed.ok).toBe(false);
});

test("K-33 a binding is taken away by its x", async () => {
  await choose("team", "Bind workspaces");
  await dialog().getByRole("button", { name: "Take carrier out" }).click();
  await expect(dialog().getByText("No binding")).toBeVisible();
  await dialog().getByRole("button", { name: "Save bindings" }).click();
  await expect(row("Registry spaces", "team")).toContainText("No binding");
  const { items } = await partner.admin.call(listSpaces, { params: { workspaceId: partner.workspaceId } });
  expect(items).toEqual([]);
});

test("K-32 a space is removed with its name typed, and can be created again", async () => {
  await page.goto(`${stack.url}/w/acme/spaces`);
  await choose("goods", "Remove");
  const asked = page.getByRole("alertdialog");
  await expect(asked).toContainText("stay in the registry");
  const confirm = asked.getByRole("button", { name: "Remove registry space" });
  await expect(confirm).toBeDisabled();
  await asked.getByRole("textbox").fill("goods");
  await confirm.click();
  await expect(table(page, "Registry spaces").getByRole("link", { name: "goods", exact: true })).toHaveCount(0);
  await expect(table(page, "Registry spaces").getByRole("link", { name: "team", exact: true })).toBeVisible();
});

test("K-35 a registry with spaces on it stays; one without is detached", async () => {
  await openNav("Registries");
  await choose(REGISTRY, "Detach");
  await page.getByRole("alertdialog").getByRole("button", { name: "Detach registry" }).click();
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(row("Registries", REGISTRY)).toHaveCount(0);
  // The one that the console was started with is not for these menus.
  await page.getByRole("button", { name: /^Actions for / }).click();
  await expect(page.getByRole("menuitem", { name: "Detach" })).toBeDisabled();
  await page.keyboard.press("Escape");
  const place = { workspaceId, spaceId: shared.spaceId };
  await api.call(syncSpace, { params: place });
  expect((await api.call(listImages, { params: place })).total).toBeGreaterThanOrEqual(shared.images.length);
});
