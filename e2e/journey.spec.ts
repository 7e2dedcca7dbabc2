import { expect, type Locator, type Page, test } from "@playwright/test";
import { getMe } from "@/contracts/access";
import type { RunDto } from "@/contracts/history";
import { listRuns } from "@/contracts/history";
import { listImages } from "@/contracts/images";
import { type BinEntryDto, listBinEntries } from "@/contracts/recycle-bin";
import { listSpaces, type SpaceDto } from "@/contracts/spaces";
import { binRepositoryName } from "@/domain/recycle-bin/bin-repository";
import { formatBytes } from "@/lib/bytes";
import { type SkopeoTarget, skopeoCopy, skopeoPull } from "@/testing/skopeo";
import { StorageTree } from "@/testing/storage/storage-tree";
import { closureProblems, verifyClosure } from "@/testing/storage/verify-closure";
import { type Api, apiOf } from "./support/api";
import { type Database, openDatabase } from "./support/database";
import { diskUsage } from "./support/disk";
import { pullAll } from "./support/pull-all";
import { table, tile } from "./support/screen";
import { signIn } from "./support/sign-in";
import { letCollectionsRun, slowDownCollections } from "./support/slow-collection";
import type { EndToEndStack } from "./support/stack";
import { watchScreen } from "./support/watch-screen";
import { openStack, SHORT_TIMES } from "./support/with-stack";

/** What a new user does with the demo, from signing in to freed bytes; skopeo judges every pull. */
test.describe.configure({ mode: "serial" });

const RULE = "Tidy up";
/** Blobs that an interrupted copy left: enough for a collection that can be stopped half-way. */
const LEFTOVERS = 5_000;
const LIVE_MS = 60_000;

let stack: EndToEndStack;
let database: Database;
let page: Page;
let api: Api;
let workspaceId: string;
let space: SpaceDto;
let entries: BinEntryDto[];
let restored: BinEntryDto;
let tagsAtFirst: TaggedImage[];

test.beforeAll(async ({ browser }) => {
  stack = await openStack("journey", {
    isDemo: true,
    environment: { ...SHORT_TIMES, RECLAIM_TOKEN_LEEWAY_SECONDS: "10" },
  });
  database = await openDatabase(stack.databaseUrl);
  page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  api = apiOf(stack.url, await signIn(stack.url, stack.email, stack.password));
  workspaceId = (await api.call(getMe, {})).workspaces[0]?.id ?? "";
  const { items } = await api.call(listSpaces, { params: { workspaceId } });
  if (!items[0]) throw new Error("the demo has no space");
  space = items[0];
  tagsAtFirst = await taggedImages();
});
test.afterAll(async () => {
  await page?.close();
  await database?.close();
  await stack?.stop();
});

const place = () => ({ workspaceId, spaceId: space.id });
const account = () => ({ registryUrl: stack.registryUrl, username: stack.email, password: stack.password });
const target = (repository: string, reference: string): SkopeoTarget => ({ ...account(), repository, reference });

async function openTab(name: string): Promise<void> {
  const tab = page.getByRole("navigation", { name: "Registry space acme" }).getByRole("link", { name, exact: true });
  await tab.click();
  await expect(tab).toHaveAttribute("aria-current", "page");
}

async function latestRun(kind: RunDto["kind"]): Promise<RunDto> {
  const { items } = await api.call(listRuns, { params: place(), query: { kind, isDryRun: "false", limit: 1 } });
  if (!items[0]) throw new Error(`there is no ${kind} run`);
  return items[0];
}

async function binEntries(): Promise<BinEntryDto[]> {
  return (await api.call(listBinEntries, { params: place(), query: { limit: 500 } })).items;
}

function entryMenu({ repositoryName, tags, digest }: BinEntryDto): Locator {
  return page.getByRole("button", {
    name: `Actions for ${repositoryName} ${tags[0] ?? digest.slice(7, 19)}`,
    exact: true,
  });
}

test("signs in and finds the registry space with its tabs", async () => {
  await page.goto(stack.url);
  await page.getByLabel("E-mail").fill(stack.email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "do not belong together" })).toBeVisible();
  await page.getByLabel("Password").fill(stack.password);
  await page.getByRole("button", { name: "Sign in" }).click();

  const nav = page.getByRole("navigation", { name: "Workspace" });
  await expect(nav.getByRole("link", { name: "Registry Space" })).toHaveAttribute("aria-current", "page");
  await expect(page.getByRole("heading", { level: 1, name: "Registry spaces" })).toBeVisible();
  await table(page, "Registry spaces").getByRole("link", { name: "acme", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "acme" })).toBeVisible();
  const tabs = page.getByRole("navigation", { name: "Registry space acme" }).getByRole("link");
  await expect(tabs).toHaveText([
    "Images",
    "Reclaim",
    "Recycle bin",
    "Garbage collection",
    "Storage",
    "History",
    "Settings",
  ]);
  for (const name of ["Settings", "History", "Garbage collection", "Recycle bin", "Images"]) await openTab(name);
  await expect(page.getByText("storefront", { exact: true }).first()).toBeVisible();
});

test("creates a rule in the wizard and previews it: every image with verdict and reason", async () => {
  await openTab("Reclaim");
  await page.getByRole("link", { name: "Create Reclaim Rule" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Create Reclaim Rule" })).toBeVisible();
  await page.getByRole("region", { name: "Start from a template" }).getByRole("button", { name: RULE }).click();
  await expect(page.getByLabel("Name")).toHaveValue(RULE);
  for (const step of ["Conditions", "Schedule and limits", "Preview and save"]) {
    await page.getByRole("button", { name: "Next" }).click();
    await expect(page.getByRole("navigation", { name: "Steps" }).locator("[aria-current=step]")).toContainText(step);
  }
  const verdicts = table(page, "Verdict on every image");
  await expect(tile(page, "Images that go")).not.toHaveText("0");
  const show = page.getByLabel("Which images");
  await show.getByRole("radio", { name: "Going" }).click();
  await expect(verdicts).toContainText("goes");
  await expect(verdicts).toContainText("beyond the 5 newest");
  await show.getByRole("radio", { name: "Kept" }).click();
  await expect(verdicts).toContainText("kept");
  await expect(verdicts).not.toContainText("goes");
  await page.getByRole("button", { name: "Save rule" }).click();
  await expect(table(page, "Reclaim rules").getByRole("link", { name: RULE })).toBeVisible();
});

test("runs the rule: live progress, and the images leave the registry for the bin", async () => {
  await page.getByRole("button", { name: `Actions for ${RULE}` }).click();
  await page.getByRole("menuitem", { name: "Run now" }).click();
  const dialog = page.getByRole("dialog");
  const run = dialog.getByRole("button", { name: /^Move \d+ images?$/ });
  await expect(run).toBeEnabled({ timeout: LIVE_MS });
  const count = Number((await run.textContent())?.match(/\d+/)?.[0]);
  expect(count).toBeGreaterThan(20);
  const progress = await watchScreen(page, "main [role=progressbar]", "aria-valuetext");
  await run.click();
  await expect(page.getByRole("heading", { level: 1, name: "Reclaim run" })).toBeVisible();
  // It takes more than half of the space: that is asked about once more, with the plan in sight.
  await page.getByRole("button", { name: "Confirm…" }).click();
  await page
    .getByRole("alertdialog")
    .getByRole("button", { name: `Move ${count} images` })
    .click();
  await expect(page.getByText("Done", { exact: true }).first()).toBeVisible({ timeout: LIVE_MS });
  await expect(tile(page, "Images moved")).toHaveText(String(count));
  expect((await progress()).filter((text) => / of \d+ images/.test(text)).length, "progress was live").toBeGreaterThan(
    1,
  );

  entries = await binEntries();
  expect(entries.length).toBe(count);
  const [tagged] = entries.filter(({ tags }) => tags.length > 0);
  if (!tagged) throw new Error("nothing tagged was reclaimed");
  for (const reference of [tagged.tags[0] ?? "", tagged.digest]) {
    const pulled = await skopeoPull(target(tagged.repositoryName, reference));
    expect(pulled).toMatchObject({ ok: false, error: expect.stringMatching(/manifest unknown/) });
  }
  expect(verifyClosure(stack.storageRoot).broken).toEqual({});
});

test("restores one image with all its tags: skopeo pulls the same digest again", async () => {
  await openSpace();
  await openTab("Recycle bin");
  const most = (entry: BinEntryDto) => entry.tags.length * 100 + entry.manifestCount;
  const [first] = [...entries].sort((a, b) => most(b) - most(a));
  if (!first) throw new Error("the bin is empty");
  restored = first;
  await page.getByRole("searchbox", { name: "Search the recycle bin" }).fill(restored.digest);
  await entryMenu(restored).click();
  await page.getByRole("menuitem", { name: "Restore", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "1 image restored." })).toBeVisible({ timeout: LIVE_MS });
  await expect(entryMenu(restored)).toBeHidden();
  const { repositoryName, digest, tags } = restored;
  expect(tags.length).toBeGreaterThan(0);
  const references = [...tags, digest].map((reference) => ({ repository: repositoryName, reference, digest }));
  expect(await pullAll(account(), references)).toEqual([]);
  expect(closureProblems(stack.storageRoot, binRepositoryName(space.id, repositoryName), digest)).not.toEqual([]);
});

test("purges another, then all of one repository: the name typed, then destroyed", async () => {
  const purged = entries.find(
    ({ id, tags, repositoryName }) => id !== restored.id && tags.length > 0 && repositoryName !== "acme/docs-site",
  );
  if (!purged) throw new Error("there is no other entry");
  const search = page.getByRole("searchbox", { name: "Search the recycle bin" });
  await search.fill(purged.digest);
  await entryMenu(purged).click();
  await page.getByRole("menuitem", { name: "Purge…" }).click();
  await destroy(1);
  await search.fill("");
  await expect(entryMenu(purged)).toBeHidden();

  const gone = entries.filter(
    ({ id, repositoryName }) => id === purged.id || (id !== restored.id && repositoryName === "acme/docs-site"),
  );
  await search.fill("acme/docs-site");
  await expect(page).toHaveURL(/q=acme/);
  await expect(table(page, "Recycle bin").getByText("acme/storefront")).toHaveCount(0);
  await page.getByRole("checkbox", { name: "Select all" }).click();
  await page.getByRole("region", { name: "Selection" }).getByRole("button", { name: "Purge…" }).click();
  await destroy(gone.filter(({ repositoryName }) => repositoryName === "acme/docs-site").length);
  await search.fill("");

  const left = (await binEntries()).map(({ id }) => id);
  const goneIds = new Set([restored.id, ...gone.map(({ id }) => id)]);
  expect(left.sort()).toEqual(
    entries
      .map(({ id }) => id)
      .filter((id) => !goneIds.has(id))
      .sort(),
  );
  for (const { repositoryName, digest } of gone) {
    const bin = binRepositoryName(space.id, repositoryName);
    expect(closureProblems(stack.storageRoot, bin, digest)).toContain("target revision link missing");
  }
});

async function destroy(images: number): Promise<void> {
  const words = images === 1 ? "1 image" : `${images} images`;
  const dialog = page.getByRole("alertdialog", { name: `Purge ${words} for good?` });
  await expect(dialog).toContainText("cannot be restored");
  const button = dialog.getByRole("button", { name: "Destroy" });
  await expect(button).toBeDisabled();
  await dialog.getByLabel("Type acme to confirm").fill("acme");
  await button.click();
  await expect(page.getByRole("alert").filter({ hasText: `${words} purged.` })).toBeVisible({ timeout: LIVE_MS });
}

test("collects garbage: writers are waited for, pushes refused, pulls served, bytes gone from the disk", async () => {
  const kept = target("acme/api", "latest");
  const newTag = target("acme/e2e", "pushed");
  expect(await skopeoCopy(kept, newTag)).toEqual({ ok: true, error: null });
  await openTab("Garbage collection");
  const before = await diskUsage(stack.storageRoot);
  await slowDownCollections(database, 1);
  const steps = await watchScreen(page, "[aria-label='Phases of the collection'] [aria-current=step]");
  await startCollection();

  const wait = page.getByText("The last permission to push ends in");
  await expect(wait.locator("time")).toHaveText(/^0:\d\d$/);
  const banner = page.getByRole("status").filter({ hasText: "Garbage collection is running on Embedded registry" });
  await expect(banner).toBeVisible();
  const refused = await skopeoCopy(kept, target("acme/e2e", "refused"));
  const said = /garbage collection run_\w+ of Embedded registry .*: pushes are refused until it ends/;
  expect(refused).toMatchObject({ ok: false, error: expect.stringMatching(said) });
  expect((await skopeoPull(kept)).ok).toBe(true);

  await expect(page.getByText("The last collection is done")).toBeVisible({ timeout: LIVE_MS });
  await expect(banner).toBeHidden();
  const seen = (await steps()).map((text) => text.split(":")[0]);
  expect(seen).toEqual(expect.arrayContaining(["Waiting for writers", "Marking", "Sweeping"]));
  const { status, totals } = await latestRun("gc");
  expect(status).toBe("succeeded");
  expect(totals.freedBytes).toBeGreaterThan(1024 * 1024);
  await expect(page.getByText(`${formatBytes(totals.freedBytes ?? 0)} freed.`)).toBeVisible();
  expect(before - (await diskUsage(stack.storageRoot))).toBeGreaterThanOrEqual(totals.freedBytes ?? 0);
  expect(verifyClosure(stack.storageRoot).broken).toEqual({});
});

test("collects again and cancels half-way: what was deleted stays deleted, is shown, and stays in history", async () => {
  const tree = new StorageTree(stack.storageRoot);
  const leftovers = Array.from({ length: LEFTOVERS }, (_, i) => tree.blob(`a copy that was interrupted, part ${i}`));
  const before = await diskUsage(stack.storageRoot);
  await slowDownCollections(database, 1);
  await page.reload();
  await startCollection();
  await expect(tile(page, "Blobs deleted")).toHaveText(/^[1-9]/, { timeout: LIVE_MS });
  await page.getByRole("button", { name: "Cancel Garbage Collection" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("What was deleted stays deleted");
  await dialog.getByRole("button", { name: "Cancel Garbage Collection" }).click();
  await expect(page.getByText("The last collection was cancelled")).toBeVisible();
  await letCollectionsRun(database);

  const { id, status, totals } = await latestRun("gc");
  const { deletedBlobs = 0, freedBytes = 0 } = totals;
  expect(status).toBe("cancelled");
  expect(deletedBlobs).toBeGreaterThan(0);
  expect(deletedBlobs).toBeLessThan(LEFTOVERS);
  expect(leftovers.filter((digest) => !tree.hasBlob(digest)).length).toBe(deletedBlobs);
  expect(before - (await diskUsage(stack.storageRoot))).toBeGreaterThanOrEqual(freedBytes);
  const told = `${deletedBlobs.toLocaleString("en-US")} blobs and 0 manifests deleted, ${formatBytes(freedBytes)} freed.`;
  await expect(page.getByText(told)).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Garbage collection is running" })).toBeHidden();
  expect(await skopeoCopy(target("acme/api", "latest"), target("acme/e2e", "after-cancel"))).toMatchObject({
    ok: true,
  });

  await openTab("History");
  const search = page.getByRole("searchbox", { name: "Search history" });
  for (const [word, what] of [
    ["", "cancelled a garbage collection"],
    ["gc", "started a garbage collection"],
    ["purge", "started to purge 1 image for good"],
    ["restore", `restored ${restored.repositoryName}:${restored.tags[0]}`],
    ["reclaim", "started a reclaim with 1 rule"],
    [restored.repositoryName, `moved ${restored.repositoryName}:${restored.tags[0]} to the recycle bin`],
    [RULE, `created the rule “${RULE}”`],
  ] as const) {
    await search.fill(word);
    await expect(table(page, "History").getByRole("row").filter({ hasText: what }).first()).toBeVisible();
  }
  await page.goto(`${stack.url}/w/acme/spaces/${space.id}/runs/${id}`);
  await expect(page.getByText("Cancelled by Ada Admin")).toBeVisible();
  await expect(tile(page, "Blobs deleted")).toHaveText(deletedBlobs.toLocaleString("en-US"));
  await expect(tile(page, "Freed")).toHaveText(formatBytes(freedBytes));
});

test("every kept tag still pulls whole, and everything in the bin stays whole", async () => {
  const left = new Set(entries.filter(({ id }) => id !== restored.id).map(({ digest }) => digest));
  const kept = tagsAtFirst.filter(({ digest }) => !left.has(digest));
  expect(kept.length).toBeGreaterThan(40);
  expect(await pullAll(account(), kept)).toEqual([]);
  const ours = (await taggedImages()).filter(({ repository }) => repository !== "acme/e2e");
  expect(ours.map(nameOf).sort()).toEqual(kept.map(nameOf).sort());
  for (const { repositoryName, digest } of await binEntries()) {
    expect(closureProblems(stack.storageRoot, binRepositoryName(space.id, repositoryName), digest), digest).toEqual([]);
  }
  expect(verifyClosure(stack.storageRoot)).toMatchObject({ brokenTags: 0, broken: {} });
});

interface TaggedImage {
  repository: string;
  reference: string;
  digest: string;
}
const nameOf = ({ repository, reference, digest }: TaggedImage) => `${repository}:${reference} ${digest}`;

async function taggedImages(): Promise<TaggedImage[]> {
  const { items } = await api.call(listImages, { params: place(), query: { state: "tagged", limit: 500 } });
  return items.flatMap(({ repositoryName: repository, tags, digest }) =>
    tags.map((reference) => ({ repository, reference, digest })),
  );
}

async function openSpace(): Promise<void> {
  await page.goto(`${stack.url}/w/acme/spaces/${space.id}/images`);
  await expect(page.getByRole("heading", { level: 1, name: "acme" })).toBeVisible();
}

async function startCollection(): Promise<void> {
  await page.getByRole("button", { name: /^(Empty garbage|Run garbage collection)$/ }).click();
  const dialog = page.getByRole("dialog", { name: "Run garbage collection" });
  await expect(dialog.getByRole("button", { name: "Empty Garbage" })).toBeDisabled();
  await dialog.getByRole("checkbox", { name: "Confirm to clean up" }).check();
  await dialog.getByRole("button", { name: "Empty Garbage" }).click();
}
