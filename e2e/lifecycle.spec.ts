import { expect, type Page, test } from "@playwright/test";
import { listRuns } from "@/contracts/history";
import { listRepositories, type RepositoryDto } from "@/contracts/images";
import { getLifecycle, getSpaceLifecycle, setLifecycle } from "@/contracts/lifecycle";
import { listBinEntries } from "@/contracts/recycle-bin";
import { listRunItems } from "@/contracts/run-items";
import { listSpaces, updateSpace } from "@/contracts/spaces";
import { until } from "@/testing/until";
import { type Api, send } from "./support/api";
import { settled } from "./support/pages";
import type { Session } from "./support/sign-in";
import type { EndToEndStack } from "./support/stack";
import { firstWorkspace } from "./support/tenants";
import { openStack, STEADY_TIMES } from "./support/with-stack";

/** From an empty window to old tags in the bin, because the quota is reached. */
test.describe.configure({ mode: "serial" });

const KEPT = 5;

let stack: EndToEndStack;
let page: Page;
let api: Api;
let session: Session;
let slug: string;
let place: { workspaceId: string; spaceId: string };
/** The repository that gets a policy of its own, and another one that does not. */
let own: RepositoryDto;
let other: RepositoryDto;

test.beforeAll(async ({ browser }) => {
  stack = await openStack("lifecycle", { isDemo: true, environment: STEADY_TIMES });
  const first = await firstWorkspace(stack);
  ({ api, session, slug } = first);
  const { workspaceId } = first;
  const { items } = await api.call(listSpaces, { params: { workspaceId } });
  place = { workspaceId, spaceId: items[0]?.id ?? "" };
  // Most of the demo is old: here a run of it does not wait for a confirmation.
  await api.call(updateSpace, { params: place, body: { confirmSharePercent: 100 } });
  const [largest, second] = await repositories();
  if (!largest || !second || second.tagCount <= KEPT) throw new Error("the demo has too few tags");
  [own, other] = [largest, second];
  page = await browser.newPage({ storageState: session.storageState });
  page.setDefaultTimeout(15_000);
});
test.afterAll(async () => {
  await page?.context().close();
  await stack?.stop();
});

/** Repositories of the demo's space, those with the most tags first. */
async function repositories(): Promise<RepositoryDto[]> {
  const { items } = await api.call(listRepositories, { params: place, query: { limit: 500 } });
  return items.sort((a, b) => b.tagCount - a.tagCount);
}

const latest = () => page.getByLabel("Reserve the latest N image tags");
const days = () => page.getByLabel("Reserve image tags in the last D days");
const dialog = (name: string) => page.getByRole("dialog", { name });
const ok = () => page.getByRole("button", { name: "OK", exact: true });
async function goTo(path: string): Promise<void> {
  await page.goto(`${stack.url}/w/${slug}/${path}`);
  await settled(page);
}
const imagesOf = (repository: string) => `spaces/${place.spaceId}/images?repository=${encodeURIComponent(repository)}`;
async function openWindow(): Promise<void> {
  await goTo("spaces");
  await page.getByRole("button", { name: "Image Lifecycle Management" }).click();
  await expect(dialog("Image Lifecycle Management")).toBeVisible();
  await expect(latest()).toBeVisible();
}

test("T-06 T-07 the list of registry spaces opens the window; it says how far the quota is, and is off at first", async () => {
  await openWindow();
  const { tagCount, tagQuota } = await api.call(getLifecycle, { params: place });
  expect(tagCount).toBeGreaterThan(KEPT);
  expect(tagQuota).toBe(5_000);
  await expect(dialog("Image Lifecycle Management")).toContainText(`${tagCount} of 5,000`);
  await expect(page.getByRole("group", { name: "Enable Status" })).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Enable image lifecycle management" })).not.toBeChecked();
});

test("T-09 more tags than the quota are refused at the field, and by the API", async () => {
  await latest().fill("5001");
  await expect(page.getByRole("alert")).toContainText("at most 5000 tags");
  await page.getByRole("checkbox", { name: "Enable image lifecycle management" }).click();
  await ok().click();
  await expect(dialog("Image Lifecycle Management")).toBeVisible();
  expect((await api.call(getLifecycle, { params: place })).policy).toBeNull();
  const answer = await send(stack.url, setLifecycle, {
    ...{ session, params: { workspaceId: place.workspaceId }, query: {} },
    body: { revision: 0, isEnabled: true, keepLatestTags: 5001, keepDays: null },
  });
  expect(answer.status).toBe(422);
});

test("T-08 T-10 T-11 both numbers are tried, and OK saves them", async () => {
  await latest().fill(String(KEPT));
  await days().fill("30");
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await expect(page.getByRole("list", { name: "Previews" })).toContainText(/\d+ tags of \d+ images would go/, {
    timeout: 60_000,
  });
  await ok().click();
  await expect(dialog("Image Lifecycle Management")).toBeHidden();
  expect((await api.call(getLifecycle, { params: place })).policy).toMatchObject({
    ...{ isEnabled: true, keepLatestTags: KEPT, keepDays: 30 },
  });
  await openWindow();
  await expect(latest()).toHaveValue(String(KEPT));
  await expect(days()).toHaveValue("30");
  await expect(page.getByRole("checkbox", { name: "Enable image lifecycle management" })).toBeChecked();
  await page.keyboard.press("Escape");
  await expect(dialog("Image Lifecycle Management")).toBeHidden();
});

test("T-12 T-13 T-03 above the tag list of a repository a policy of its own is offered, tried and set", async () => {
  await goTo(imagesOf(own.name));
  await page.getByRole("button", { name: "set an automatic clearing policy" }).click();
  await expect(dialog("Setting Automatic Clearing Policy")).toBeVisible();
  await latest().fill("5001");
  await expect(page.getByRole("alert")).toContainText("at most 5000 tags");
  await latest().fill(String(own.tagCount));
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await expect(page.getByRole("list", { name: "Preview" })).toContainText("Every tag is reserved", { timeout: 60_000 });
  await ok().click();
  await expect(dialog("Setting Automatic Clearing Policy")).toBeHidden();
  const { own: saved } = await api.call(getSpaceLifecycle, { params: place, query: { repository: own.name } });
  expect(saved).toMatchObject({ level: "repository", keepLatestTags: own.tagCount, keepDays: null });
});

test("T-04 T-01 a badge says which policy counts: its own overrides, elsewhere the workspace's", async () => {
  await goTo(imagesOf(own.name));
  await expect(page.getByText("own policy, overrides the workspace's")).toBeVisible();
  await expect(page.getByRole("button", { name: "change the automatic clearing policy" })).toBeVisible();
  await goTo(imagesOf(other.name));
  await expect(page.getByText("workspace's policy", { exact: true })).toBeVisible();
  await openWindow();
  await page.getByText("1 policy outranks this one").click();
  await expect(page.getByRole("list", { name: "Policies that outrank this one" })).toContainText(own.name);
  await page.keyboard.press("Escape");
});

test("T-02 N-17 the settings of a space say what counts in it", async () => {
  await goTo(`spaces/${place.spaceId}/settings`);
  await expect(page.getByRole("region", { name: "Image lifecycle" })).toContainText(
    `The workspace's policy counts here: it reserves the latest ${KEPT} tags, and tags of the last 30 days.`,
  );
});

test("N-17 a platform admin protects what nobody below can reclaim, and each space shows it", async () => {
  await goTo("platform/protect-rules");
  await page.getByRole("button", { name: "Create protect rule" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Stable stays");
  await page.getByRole("button", { name: "Add a pattern to tags" }).click();
  await page.getByRole("textbox", { name: "Tags, pattern 1" }).fill("stable");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("table", { name: "Protect rules of the platform" })).toContainText("Stable stays");
  await goTo(`spaces/${place.spaceId}/reclaim`);
  await expect(page.getByRole("list", { name: "Protect rules of the platform" })).toContainText("Stable stays");
});

test("T-05 T-14 once the tags reach the quota old ones go to the bin by themselves; a policy of its own keeps its repository", async () => {
  const { tagCount } = await api.call(getLifecycle, { params: place });
  expect((await api.call(listRuns, { params: place, query: { isDryRun: "false" } })).items).toEqual([]);
  await goTo("platform/quotas");
  await page
    .getByRole("button", { name: /^Change the quota of/ })
    .first()
    .click();
  await page.getByRole("textbox", { name: "Tags" }).fill(String(tagCount));
  await expect(page.getByText("The quota would be reached at once")).toBeVisible();
  await page.getByRole("button", { name: "Set quota" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  const run = await until(
    "the quota fires",
    async () => (await api.call(listRuns, { params: place, query: { isDryRun: "false" } })).items[0] ?? null,
  );
  expect(run.trigger).toBe("quota");
  const over = await api.untilOver(place.workspaceId, run.id, 120_000);
  expect(over).toMatchObject({ status: "succeeded", requestedByName: "Lifecycle policy" });
  const { items } = await api.call(listRunItems, {
    params: { workspaceId: place.workspaceId, runId: run.id },
    query: { action: "going", limit: 500 },
  });
  expect(items.length).toBeGreaterThan(0);
  for (const item of items) {
    expect(item.repositoryName).not.toBe(own.name);
    // An image that only loses another tag has it still.
    expect(item.selectedTags).not.toContain("stable");
  }
  const after = await repositories();
  expect(after.find(({ name }) => name === own.name)?.tagCount).toBe(own.tagCount);
  expect((await api.call(listBinEntries, { params: place, query: { limit: 500 } })).items.length).toBeGreaterThan(0);
  await openWindow();
  await expect(page.getByRole("region", { name: "When the quota was last reached" })).toContainText("Last cleared");
  await page.getByRole("link", { name: "its run" }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/${run.id}`));
});

test("T-04 without its own policy a repository falls back to the workspace's", async () => {
  await goTo(imagesOf(own.name));
  await page.getByRole("button", { name: "change the automatic clearing policy" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText("workspace's policy", { exact: true })).toBeVisible();
  const { own: none } = await api.call(getSpaceLifecycle, { params: place, query: { repository: own.name } });
  expect(none).toBeNull();
});

test("AL-15 garbage collection leads to retention, and rules lead back", async () => {
  await goTo(`spaces/${place.spaceId}/gc`);
  await page
    .getByRole("region", { name: "Keep it from piling up" })
    .getByRole("link", { name: "Reclaim rules" })
    .click();
  await expect(page).toHaveURL(/\/reclaim$/);
  await page.locator("main").getByRole("link", { name: "garbage collection", exact: true }).click();
  await expect(page).toHaveURL(/\/gc$/);
  await page.goBack();
  await page.locator("main").getByRole("link", { name: "lifecycle policy", exact: true }).click();
  await expect(page.getByRole("dialog", { name: "Image Lifecycle Management" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/spaces$/);
});
