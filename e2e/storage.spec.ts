import { type BrowserContext, expect, test } from "@playwright/test";
import { startReclaim } from "@/contracts/reclaim";
import { createRule } from "@/contracts/rules";
import { listSpaces, updateSpace } from "@/contracts/spaces";
import { getSpaceStorage, getWorkspaceStorage, type SpaceStorageDto } from "@/contracts/storage";
import { formatBytes } from "@/lib/bytes";
import { until } from "@/testing/until";
import type { Api } from "./support/api";
import { violations } from "./support/axe";
import { settled } from "./support/pages";
import type { EndToEndStack } from "./support/stack";
import { firstWorkspace, takeTags } from "./support/tenants";
import { NO_GRACE, openStack, STEADY_TIMES } from "./support/with-stack";

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

let stack: EndToEndStack;
let context: BrowserContext;
let api: Api;
let place: { workspaceId: string; spaceId: string };
let slug: string;

test.beforeAll(async ({ browser }) => {
  stack = await openStack("storage", { isDemo: true, environment: { ...STEADY_TIMES, ...NO_GRACE } });
  const first = await firstWorkspace(stack);
  ({ api, slug } = first);
  const { workspaceId } = first;
  const { items } = await api.call(listSpaces, { params: { workspaceId } });
  place = { workspaceId, spaceId: items[0]?.id ?? "" };
  // The rule takes most of the space, and nobody is there to confirm it.
  await api.call(updateSpace, { params: place, body: { confirmSharePercent: 100 } });
  const rule = await api.call(createRule, { params: place, body: { name: "some", definition: takeTags("*1*") } });
  const run = await api.call(startReclaim, { params: place, body: { ruleIds: [rule.id] } });
  await api.untilOver(workspaceId, run.id);
  context = await browser.newContext({
    ...{ storageState: first.session.storageState, viewport: WIDE, reducedMotion: "reduce" },
  });
});
test.afterAll(async () => {
  await context?.close();
  await stack?.stop();
});

/** The sizes once the worker has written a point of what is there now. */
function sampled(): Promise<SpaceStorageDto> {
  return until("a sample of the space", async () => {
    const storage = await api.call(getSpaceStorage, { params: place });
    const last = storage.samples.at(-1);
    return last?.storedBytes === storage.now.storedBytes && last.binBytes === storage.now.bin.bytes ? storage : null;
  });
}

test("N-05 D-13 the storage page says what the API says, as charts and as tables", async () => {
  const { now, repositories } = await sampled();
  expect(now.bin.bytes).toBeGreaterThan(0);
  const page = await context.newPage();
  await page.goto(`${stack.url}/w/${slug}/spaces/${place.spaceId}/storage`);
  await settled(page);
  await expect(page.getByRole("link", { name: "Storage", exact: true })).toHaveAttribute("aria-current", "page");
  await expect(page.locator("main")).toContainText(formatBytes(now.storedBytes));

  const funnel = page.getByRole("list", { name: "From images to free space" }).getByRole("listitem");
  await expect(funnel).toHaveCount(4);
  await expect(funnel.nth(0)).toContainText(formatBytes(now.logicalBytes));
  await expect(funnel.nth(1)).toContainText(formatBytes(now.bin.bytes));
  await expect(funnel.nth(3)).toContainText(formatBytes(now.freedBytes));
  await expect(page.getByRole("img", { name: /^Storage over time, \d+ points?/ })).toBeVisible();

  const [largest] = repositories.items;
  if (!largest) throw new Error("the demo has no repository");
  await page.getByRole("button", { name: "By repository: show as table" }).click();
  const table = page.getByRole("table", { name: "Repositories by size" });
  await expect(table.getByRole("row").nth(1)).toContainText(largest.name);
  await expect(table.getByRole("row").nth(1)).toContainText(formatBytes(largest.storedBytes));
  await page.getByRole("button", { name: "By repository: show as chart" }).click();
  await page.getByRole("button", { name: "Storage over time: show as table" }).click();
  await expect(page.getByRole("table", { name: "Storage over time" })).toContainText(formatBytes(now.logicalBytes));

  // The largest cell is reached by keyboard, says what it is, and leads to its images.
  const cell = page.getByRole("group", { name: "Repositories by stored size" }).getByRole("link").first();
  await cell.focus();
  await expect(page.getByRole("tooltip")).toContainText(largest.name);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/images\?repository=/);
  expect(new URL(page.url()).searchParams.get("repository")).toBe(largest.name);
  await page.close();
});

test("N-05 the overview tells what is reclaimable in the workspace", async () => {
  await sampled();
  const { total } = await api.call(getWorkspaceStorage, { params: { workspaceId: place.workspaceId } });
  const page = await context.newPage();
  await page.goto(`${stack.url}/w/${slug}`);
  await settled(page);
  await expect(page.locator("main")).toContainText(formatBytes(total.logicalBytes));
  await expect(page.locator("main")).toContainText(`${formatBytes(total.reclaimable.reclaimableBytes)} could be freed`);
  await page.close();
});

test("D-13 the storage page can be used by everybody, in light, dark and on a phone", async () => {
  await sampled();
  const page = await context.newPage();
  await page.goto(`${stack.url}/w/${slug}/spaces/${place.spaceId}/storage`);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    expect(await violations(page), colorScheme).toEqual([]);
  }
  await page.setViewportSize(NARROW);
  await settled(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(NARROW.width);
  expect(await violations(page), "narrow").toEqual([]);
  await page.close();
});
