import { expect, type Locator, type Page, test } from "@playwright/test";
import { type ImageDto, listImages, listRepositories, measureImages } from "@/contracts/images";
import { listSpaces, type SpaceDto } from "@/contracts/spaces";
import { formatBytes } from "@/lib/bytes";
import { skopeoCopy } from "@/testing/skopeo";
import type { Api } from "./support/api";
import { table } from "./support/screen";
import type { EndToEndStack } from "./support/stack";
import { firstWorkspace } from "./support/tenants";
import { openStack, STEADY_TIMES } from "./support/with-stack";

/** The screen that people open every day: browse, filter, select, look at one image, delete by hand; and see it change by itself. */
test.describe.configure({ mode: "serial" });

const PAGE_ROWS = 100;

let stack: EndToEndStack;
let page: Page;
let api: Api;
let slug: string;
let workspaceId: string;
let space: SpaceDto;
let total: number;

test.beforeAll(async ({ browser }) => {
  stack = await openStack("images", { isDemo: true, environment: STEADY_TIMES });
  const first = await firstWorkspace(stack);
  ({ api, slug, workspaceId } = first);
  const { items } = await api.call(listSpaces, { params: { workspaceId } });
  if (!items[0]) throw new Error("the demo has no space");
  space = items[0];
  const context = await browser.newContext({
    storageState: first.session.storageState,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  total = (await images({})).total;
  expect(total, "more than one page of the list").toBeGreaterThan(PAGE_ROWS);
});
test.afterAll(async () => {
  await page?.context().close();
  await stack?.stop();
});

const place = () => ({ workspaceId, spaceId: space.id });
const images = (query: Record<string, unknown>) =>
  api.call(listImages, { params: place(), query: { limit: 500, ...query } });
const grid = () => table(page, "Images");
const rows = () => grid().locator("[data-row]");
const row = (image: Pick<ImageDto, "repositoryName"> & { tag: string }) =>
  grid().getByRole("row", { name: `${image.repositoryName}:${image.tag}`, exact: true });
const bar = () => page.getByRole("region", { name: "Selection" });
const target = (repository: string, reference: string) => ({
  ...{ registryUrl: stack.registryUrl, username: stack.email, password: stack.password },
  ...{ repository, reference },
});

async function openImages(query = ""): Promise<void> {
  await page.goto(`${stack.url}/w/${slug}/spaces/${space.id}/images${query}`);
  await expect(page.getByRole("heading", { level: 1, name: space.name })).toBeVisible();
}

/** The list is read and says how many it has. */
async function expectCount(count: number): Promise<void> {
  await expect(
    page.getByText(`${count.toLocaleString("en-US")} image${count === 1 ? "" : "s"}`, { exact: true }),
  ).toBeVisible();
}

async function chooseInMenu(of: Locator, item: string): Promise<void> {
  await of.getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

test("D-01 D-02 D-03 repositories open to their versions with digests and tags, and untagged ones are marked", async () => {
  await openImages("?view=repositories");
  const { items } = await api.call(listRepositories, { params: place() });
  const withUntagged = items.find(({ untaggedCount }) => untaggedCount > 0);
  if (!withUntagged) throw new Error("the demo has nothing untagged");
  const name = withUntagged.name.slice(space.prefix.length + 1);
  await expect(
    page.getByRole("list", { name: "Repositories" }).getByRole("button", { name: /^Versions of/ }),
  ).toHaveCount(items.length);
  await page.getByRole("button", { name: `Versions of ${name}` }).click();
  const versions = page.getByRole("list", { name: `Versions of ${withUntagged.name}` }).getByRole("listitem");
  await expect(versions).toHaveCount(withUntagged.imageCount);
  await expect(versions.filter({ hasText: "untagged" })).toHaveCount(withUntagged.untaggedCount);
  const { items: known } = await images({ repository: withUntagged.name });
  for (const image of known.slice(0, 5)) {
    const version = versions.filter({ hasText: image.digest.slice(7, 19) });
    await expect(version).toHaveCount(1);
    for (const tag of image.tags.slice(0, 2)) await expect(version).toContainText(tag);
  }
});

test("K-31 filters stand in the address and in words, and one click takes them away", async () => {
  const untagged = await images({ state: "untagged" });
  await openImages();
  await expectCount(total);
  await page.getByRole("button", { name: "Untagged", exact: true }).click();
  await expectCount(untagged.total);
  await expect(page).toHaveURL(/[?&]state=untagged/);
  await expect(rows().first()).toContainText("untagged");

  const large = await images({ minBytes: 3_000_000, kind: "index", sort: "size", order: "asc" });
  await openImages("?minBytes=3000000&kind=index&sort=size&order=asc");
  await expectCount(large.total);
  await expect(page.getByRole("button", { name: "Clear filter: multi-platform images" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Size" })).toHaveAttribute("aria-sort", "ascending");
  await expect(rows().first()).toContainText(large.items[0]?.digest.slice(7, 19) ?? "none");

  await page.getByRole("button", { name: /^Filters/ }).click();
  await page.getByRole("textbox", { name: "Tag" }).fill("no-such-*");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(page.getByText("No image matches")).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await expectCount(total);
  await expect(page).not.toHaveURL(/kind=|tag=|minBytes=/);
});

test("D-05 the keyboard selects rows and ranges, the header all of the filter; the bar says the bytes to the digit", async () => {
  await openImages("?sort=name");
  await expectCount(total);
  const { items } = await images({ sort: "name" });
  await page.keyboard.press("j");
  await expect(rows().first()).toBeFocused();
  // Help takes the focus and gives it back.
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(rows().first()).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  for (let step = 0; step < 3; step++) await page.keyboard.press("Shift+ArrowDown");
  await expect(rows().and(page.locator("[aria-selected=true]"))).toHaveCount(4);
  await page.keyboard.press("Shift+ArrowUp");
  await expect(bar()).toContainText("3 images selected");
  const chosen = items.slice(1, 4).map(({ repositoryName, digest }) => ({ repositoryName, digest }));
  const measured = await api.call(measureImages, { params: place(), body: { selection: { images: chosen } } });
  await expect(bar()).toContainText(
    `frees ${formatBytes(measured.freedBytes)} · shared ${formatBytes(measured.sharedBytes)} · in bin ${formatBytes(measured.heldByBinBytes)}`,
  );
  await page.keyboard.press("Escape");
  await expect(bar()).toBeHidden();

  // A range by mouse over rows that were never read.
  await rows().first().getByRole("checkbox").click();
  const last = grid().locator(`[data-row="${total - 1}"]`);
  // In a checkbox the key is the browser's, whose scrolling ends early where the page changes meanwhile.
  await expect(async () => {
    await page.keyboard.press("End");
    await expect(last.getByRole("checkbox")).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await last.getByRole("checkbox").click({ modifiers: ["Shift"] });
  await expect(bar()).toContainText(`${total} images selected`);
  await page.keyboard.press("Escape");

  await page.getByRole("checkbox", { name: `Select all ${total} images of this space` }).click();
  await expect(bar()).toContainText(`${total} images of this filter selected`);
  await last.getByRole("checkbox").click();
  await expect(bar()).toContainText(`${total - 1} images of this filter selected`);
  const { repositoryName, digest } = items.at(-1) ?? { repositoryName: "", digest: "" };
  const rest = await api.call(measureImages, {
    params: place(),
    body: { selection: { filter: {}, except: [{ repositoryName, digest }] } },
  });
  expect(rest.images).toBe(total - 1);
  await expect(bar()).toContainText(`frees ${formatBytes(rest.freedBytes)}`);
  await page.keyboard.press("Escape");
  await expect(bar()).toBeHidden();
});

test("R-02 R-04 N-01 N-02 an image's page tells what it holds, shares and is", async () => {
  const { items } = await images({ kind: "index" });
  const index = items.find(({ referrers, tags }) => referrers.length > 0 && tags.length > 0);
  if (!index) throw new Error("the demo has no signed image of several platforms");
  const tag = index.tags[0] ?? "";
  await openImages(`?q=${index.digest}`);
  await expectCount(1);
  await row({ ...index, tag }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/images\/details\?/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(
    `${index.repositoryName.slice(space.prefix.length + 1)}:${tag}`,
  );
  await page.getByRole("button", { name: "Copy pull command by digest" }).click();
  const host = stack.registryUrl.replace("http://", "");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(`docker pull ${host}/${index.repositoryName}@${index.digest}`);

  await expect(page.getByRole("list", { name: "Platforms" }).getByRole("listitem")).toHaveCount(index.platforms.length);
  await expect(page.getByRole("list", { name: "Referrers" }).getByRole("listitem")).toHaveCount(index.referrers.length);
  await expect(page.getByText(/^Shared with \d+ images?$/).first()).toBeVisible();
  await page.getByRole("group", { name: "Layers by size" }).getByRole("button").first().focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByText("Layer 2", { exact: true })).toBeVisible();
  await expect(page.getByText("Environment (1)")).toBeVisible();
  await page
    .getByRole("radio", { name: index.platforms[1]?.platform ?? "" })
    .first()
    .click();
  await expect(page.getByText("Environment (1)")).toBeVisible();
  await page.getByRole("button", { name: "Show manifest" }).click();
  await expect(page.getByRole("region", { name: "Manifest as a tree" })).toContainText(
    index.platforms[0]?.digest ?? "none",
  );
  await expect(page.getByRole("list", { name: "Events" }).getByRole("listitem").first()).toContainText(/Pushed|Tagged/);
});

test("N-13 a pin stands in the list and on the page, and is ended there", async () => {
  const { items } = await images({ state: "tagged", sort: "size" });
  const [image] = items;
  if (!image) throw new Error("the demo has no tagged image");
  const tag = image.tags[0] ?? "";
  await openImages(`?q=${image.digest}`);
  await chooseInMenu(row({ ...image, tag }), "Pin");
  await page.getByLabel("Reason").fill("kept for the test");
  await page.getByRole("alertdialog").getByRole("button", { name: "Pin", exact: true }).click();
  await expect(row({ ...image, tag })).toContainText("pinned");
  await page.getByRole("button", { name: "Pinned", exact: true }).click();
  await expectCount(1);
  await row({ ...image, tag })
    .getByRole("link")
    .click();
  await expect(page.getByText("kept for the test", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Unpin" }).click();
  await page
    .getByRole("alertdialog")
    .getByRole("button", { name: /Unpin|End/ })
    .click();
  await expect(page.getByText("kept for the test", { exact: true })).toBeHidden();
});

test("N-12 a push stands on the open page by itself, and nothing that was open or selected is lost", async () => {
  await openImages();
  await expectCount(total);
  const { items } = await images({});
  const [first] = items;
  if (!first) throw new Error("the space is empty");
  await rows().first().getByRole("checkbox").click();
  await expect(bar()).toContainText("1 image selected");
  const from = target("acme/api", "latest");
  // Made once, so that the copy below only has to write a manifest.
  expect(await skopeoCopy(from, target("acme/live", "warm"))).toEqual({ ok: true, error: null });
  await expect(page.getByRole("navigation", { name: "Repositories" }).getByText("live", { exact: true })).toBeVisible();
  // How soon it does is for `npm run bench -- live`.
  const pushed = await skopeoCopy(target("acme/storefront", "latest"), target("acme/live", "fresh"));
  expect(pushed).toEqual({ ok: true, error: null });
  await expect(row({ repositoryName: "acme/live", tag: "fresh" })).toBeVisible();
  await expect(page.getByText(/^list updated/)).toBeVisible();
  await expect(bar()).toContainText("1 image selected");
  const kept = grid().locator("[aria-selected=true]");
  await expect(kept).toHaveCount(1);
  await expect(kept).toContainText(first.digest.slice(7, 19));
});

test("D-09 D-10 tags are deleted from the row's menu, and the image stays without them", async () => {
  await openImages("?repository=acme/live");
  await expectCount(2);
  await chooseInMenu(row({ repositoryName: "acme/live", tag: "warm" }), "Delete tags");
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByRole("checkbox", { name: "warm" })).toBeChecked();
  await expect(dialog.getByRole("checkbox", { name: "Delete this digest from the image history" })).not.toBeChecked();
  await dialog.getByRole("button", { name: "Delete tag", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await expect(grid().getByRole("row", { name: /^acme\/live, untagged/ })).toBeVisible({ timeout: 30_000 });
  await expectCount(2);
});

test("D-07 D-08 D-12 a digest is deleted with its tags, to the bin; its page says so and leads there", async () => {
  const { items } = await images({ repository: "acme/live", tag: "fresh" });
  const [image] = items;
  if (!image) throw new Error("the pushed image is not there");
  await chooseInMenu(row({ repositoryName: "acme/live", tag: "fresh" }), "Delete digest");
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("deletes its tags: 1 tag");
  await expect(dialog).toContainText("fresh");
  await expect(dialog).toContainText("stays in the registry until the next garbage collection after a purge");
  await dialog.getByRole("button", { name: "Move to recycle bin" }).click();
  await expect(page.getByRole("dialog").getByText("1 image moved to the recycle bin.")).toBeVisible({
    timeout: 60_000,
  });
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await expect(row({ repositoryName: "acme/live", tag: "fresh" })).toBeHidden();
  await expectCount(1);

  await page.goto(
    `${stack.url}/w/${slug}/spaces/${space.id}/images/details?repository=acme/live&digest=${image.digest}`,
  );
  await expect(page.getByText("This image is in the recycle bin")).toBeVisible();
  await expect(page.getByRole("list", { name: "Events" }).getByRole("listitem").first()).toContainText("recycle bin");
  await page.getByRole("link", { name: "Open in the recycle bin" }).click();
  await expect(page.getByText("acme/live", { exact: true }).first()).toBeVisible();
  expect((await images({ search: image.digest, repository: "acme/live" })).total).toBe(0);
});
