import { expect, type Locator, type Page, test } from "@playwright/test";
import { getGcStatus, startGc } from "@/contracts/gc";
import { getGcSchedule, setGcEnablement } from "@/contracts/gc-settings";
import { startRecycle } from "@/contracts/image-deletion";
import { listImages } from "@/contracts/images";
import { listBinEntries, startPurge } from "@/contracts/recycle-bin";
import { getSpace, listSpaces, syncSpace } from "@/contracts/spaces";
import { StorageTree } from "@/testing/storage/storage-tree";
import { until } from "@/testing/until";
import type { Api } from "./support/api";
import { type Database, openDatabase } from "./support/database";
import { settled } from "./support/pages";
import { table, tile } from "./support/screen";
import { letCollectionsRun, slowDownCollections } from "./support/slow-collection";
import type { EndToEndStack } from "./support/stack";
import { createTenant, firstWorkspace, type Tenant } from "./support/tenants";
import { watchScreen } from "./support/watch-screen";
import { NO_GRACE, openStack, SHORT_TIMES } from "./support/with-stack";

/** A registry's collections on screen: switched on, started in both modes, watched, stopped, gone on with, undone, scheduled, looked up. */
test.describe.configure({ mode: "serial" });

const ORPHANS = 1_500;
const LIVE_MS = 60_000;

let stack: EndToEndStack;
let database: Database;
let page: Page;
let api: Api;
let north: Tenant;
let place: { workspaceId: string; spaceId: string };
let registryId: string;
let gcPath: string;

test.beforeAll(async ({ browser }) => {
  stack = await openStack("gc", {
    isDemo: true,
    environment: { ...SHORT_TIMES, ...NO_GRACE, RECLAIM_INFLIGHT_WINDOW_SECONDS: "8", RECLAIM_QUARANTINE_HOURS: "1" },
  });
  database = await openDatabase(stack.databaseUrl);
  const first = await firstWorkspace(stack);
  ({ api } = first);
  const { items } = await api.call(listSpaces, { params: { workspaceId: first.workspaceId } });
  place = { workspaceId: first.workspaceId, spaceId: items[0]?.id ?? "" };
  registryId = items[0]?.registryId ?? "";
  gcPath = `/w/${first.slug}/spaces/${place.spaceId}/gc`;
  north = await createTenant(stack, "north");
  page = await browser.newPage({ storageState: first.session.storageState });
  page.setDefaultTimeout(15_000);
});
test.afterAll(async () => {
  await page?.context().close();
  await database?.close();
  await stack?.stop();
});

async function goTo(path: string, on = page): Promise<void> {
  await on.goto(`${stack.url}${path}`);
  await settled(on);
}

const button = (name: string | RegExp): Locator => page.getByRole("button", { name });
const schedule = (): Locator => page.getByRole("region", { name: "Schedule" });

/** Blobs that no manifest names, known to the console. */
async function makeGarbage(what: string, count: number): Promise<{ tree: StorageTree; digests: string[] }> {
  const tree = new StorageTree(stack.storageRoot);
  const digests = Array.from({ length: count }, (_, i) => tree.blob(`nobody needs ${what} ${i}`));
  await api.call(syncSpace, { params: place, body: {} });
  await until(`${what} is measured`, async () => {
    const [row] = await database.rows<{ unused_blob_count: number }>("SELECT unused_blob_count FROM registries");
    return (row?.unused_blob_count ?? 0) >= count;
  });
  return { tree, digests };
}

async function openDialog(): Promise<Locator> {
  await button(/^(Empty garbage|Run garbage collection)$/).click();
  const dialog = page.getByRole("dialog", { name: "Run garbage collection" });
  await expect(dialog).toBeVisible();
  return dialog;
}

async function confirmAndStart(dialog: Locator, name = "Empty Garbage"): Promise<void> {
  await dialog.getByRole("checkbox", { name: "Confirm to clean up" }).check();
  await dialog.getByRole("button", { name, exact: true }).click();
  await expect(dialog).toBeHidden();
}

test("AL-06 AL-09 off until a platform admin enables it; an admin of a workspace asks, and is heard", async ({
  browser,
}) => {
  await api.call(setGcEnablement, { params: { registryId }, body: { isEnabled: false } });
  const theirs = await browser.newPage({ storageState: north.members.admin.storageState });
  await goTo(`/w/north/registries/${registryId}/gc`, theirs);
  await theirs.getByRole("button", { name: "Request enablement" }).click();
  const request = theirs.getByRole("dialog", { name: "Request garbage collection" });
  await request.getByLabel("Why it is needed").fill("the disk is nearly full");
  await request.getByRole("button", { name: "Send request" }).click();
  await expect(theirs.getByText("north admin asked for it")).toBeVisible();

  await goTo("/w/acme/platform/garbage-collection");
  const row = table(page, "Garbage collection of registries").getByRole("row").filter({ hasText: "Embedded registry" });
  await expect(row).toContainText("Requested");
  await expect(row).toContainText("north admin of north");
  await expect(row).toContainText("“the disk is nearly full”");
  await row.getByRole("button", { name: /^Enable/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Enable", exact: true }).click();
  await expect(row).toContainText(/Enabled.* by Ada Admin/);

  await theirs.reload();
  await settled(theirs);
  await expect(theirs.getByText("is not enabled")).toBeHidden();
  // They have no space there: the button stays, and says why it does nothing.
  const start = theirs.getByRole("button", { name: /^(Empty garbage|Run garbage collection)$/ });
  await expect(start).toHaveAttribute("aria-disabled", "true");
  await start.focus();
  await expect(theirs.getByRole("tooltip")).toContainText("no registry space on this registry");
  await theirs.context().close();
});

test("D-17 D-18 D-19 D-20 what is unused is told in its parts, and the dialog opens only with its precautions confirmed", async () => {
  await makeGarbage("for a dry run", 30);
  await goTo(gcPath);
  for (const label of ["Unused data", "Unreferenced blobs", "Untagged manifests", "In the recycle bin", "Last savings"])
    await expect(tile(page, label)).toBeVisible();
  await expect(button("Empty garbage")).toBeVisible();
  const dialog = await openDialog();
  const start = dialog.getByRole("button", { name: "Empty Garbage", exact: true });
  await expect(start).toBeDisabled();
  await expect(dialog.getByRole("checkbox", { name: "Delete untagged manifests – recommended" })).toBeChecked();
  await expect(dialog.getByRole("radio", { name: "Read-only" })).toBeChecked();
  await dialog.getByRole("checkbox", { name: "Confirm to clean up" }).check();
  await expect(start).toBeEnabled();
  // D-42: of one type, of both, never of none.
  await dialog.getByRole("checkbox", { name: "Delete unreferenced blobs" }).uncheck();
  await expect(start).toBeEnabled();
  await dialog.getByRole("checkbox", { name: /^Delete untagged manifests/ }).uncheck();
  await expect(dialog.getByText("choose at least one")).toBeVisible();
  await expect(start).toBeDisabled();
  await dialog.getByRole("checkbox", { name: "Delete unreferenced blobs" }).check();
  await dialog.getByRole("radio", { name: "For a limited time" }).check();
  await dialog.getByLabel("Minutes").fill("0");
  await expect(start).toBeDisabled();
  await dialog.getByLabel("Minutes").fill("30");
  await dialog.getByRole("checkbox", { name: "Dry run" }).check();
  await expect(dialog).toContainText("A dry run deletes nothing");
  await dialog.getByRole("button", { name: "Start dry run" }).click();
  await expect(page.getByText("The last dry run is done")).toBeVisible({ timeout: LIVE_MS });
  await expect(page.getByText(/^A collection would delete 30 blobs and 0 manifests and free/)).toBeVisible();
});

test("N-07 online: nobody is kept out, the second look is counted down, and what was taken can be put back", async () => {
  const { tree, digests } = await makeGarbage("for an online run", 200);
  await goTo(gcPath);
  const steps = await watchScreen(page, "[aria-label='Phases of the collection'] [aria-current=step]");
  const dialog = await openDialog();
  await dialog.getByRole("radio", { name: "Online" }).check();
  await expect(dialog).toContainText("Pushes to Embedded registry and pulls go on");
  await confirmAndStart(dialog);
  const banner = page.getByRole("status").filter({ hasText: "Garbage collection is running on Embedded registry" });
  await expect(page.getByText("It looks again in").locator("time")).toHaveText(/^0:\d\d$/, { timeout: LIVE_MS });
  await expect(banner).toContainText("pushes and pulls go on");
  await expect(page.getByText("The last collection is done")).toBeVisible({ timeout: LIVE_MS });
  await expect(banner).toBeHidden();
  const seen = (await steps()).map((text) => text.split(":")[0]);
  expect(seen).toEqual(expect.arrayContaining(["Settling"]));
  await expect(page.getByText(/^\d+ blobs put aside, /)).toBeVisible();
  expect(digests.filter((digest) => tree.hasBlob(digest))).toEqual([]);

  await expect(page.getByText("What this collection took can still be put back")).toBeVisible();
  await button("Undo").click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Put back" }).click();
  await until("all are back", async () => digests.every((digest) => tree.hasBlob(digest)), { timeoutMs: LIVE_MS });
});

test("D-16 D-22 D-23 a collection that waits for writers is cancelled; it says so, and that nothing was deleted", async () => {
  await goTo(gcPath);
  await database.rows("UPDATE registries SET last_write_token_expires_at = now() + interval '10 minutes'");
  await confirmAndStart(await openDialog());
  await expect(page.getByText("The last permission to push ends in").locator("time")).toHaveText(/^(9|10):\d\d$/);
  await button("Cancel Garbage Collection").click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel Garbage Collection" }).click();
  await expect(page.getByText("The last collection was cancelled")).toBeVisible();
  await expect(page.getByText("0 blobs and 0 manifests deleted, 0 B freed.")).toBeVisible();
  await database.rows("UPDATE registries SET last_write_token_expires_at = now()");
});

test("D-21 D-24 N-06 a collection whose worker is killed goes on with another, is followed to its end, and leaves nothing unused", async () => {
  const { tree, digests } = await makeGarbage("for a killed run", ORPHANS);
  await goTo(gcPath);
  await slowDownCollections(database, 1);
  await confirmAndStart(await openDialog());
  await expect(tile(page, "Blobs deleted")).toHaveText(/^[1-9]/, { timeout: LIVE_MS });
  await stack.killWorker();
  await letCollectionsRun(database);
  await stack.startWorker();
  await expect(page.getByText("The last collection is done")).toBeVisible({ timeout: LIVE_MS });
  await expect(page.getByText("No unused data")).toBeVisible();
  expect(digests.filter((digest) => tree.hasBlob(digest))).toEqual([]);
  await page.getByRole("link", { name: "Details" }).click();
  await expect(page.getByRole("list", { name: "Phases and their times" })).toContainText(
    "Marking what is still needed",
  );
});

test("R-13 R-14 R-17 a schedule: weekly at a quiet hour to begin with, six fields, the next five runs, changed and removed", async () => {
  await goTo(gcPath);
  await schedule().getByRole("button", { name: "Set a schedule" }).click();
  const dialog = page.getByRole("dialog", { name: "Schedule garbage collection" });
  await expect(dialog).toContainText("At 03:00, only on Sunday");
  await dialog.getByRole("radio", { name: "Cron expression" }).click();
  const expression = dialog.getByLabel("Cron expression");
  await expression.fill("0 0 3 * SAT");
  await expect(dialog.getByRole("button", { name: "Save schedule" })).toBeEnabled();
  await expression.fill("0 3 * *");
  await expect(dialog.getByText("a schedule has 5 fields")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Save schedule" })).toBeDisabled();
  await expression.fill("0 0 3 * * SAT");
  await dialog.getByLabel("Time zone").fill("Europe/Berlin");
  await dialog.getByRole("button", { name: "Save schedule" }).click();
  await expect(dialog).toBeHidden();
  await expect(schedule()).toContainText("At 03:00, only on Saturday (Europe/Berlin)");
  await expect(schedule().getByRole("list", { name: "Next runs" }).getByRole("listitem")).toHaveCount(5);
  const params = { workspaceId: place.workspaceId, registryId };
  expect((await api.call(getGcSchedule, { params })).schedule).toMatchObject({ expression: "0 0 3 * * SAT" });
  // there are earlier ones to go by.
  await expect(schedule()).toContainText(/each takes about/);

  await schedule().getByRole("button", { name: "Edit schedule" }).click();
  await dialog.getByRole("switch", { name: "On" }).click();
  await dialog.getByRole("button", { name: "Save schedule" }).click();
  await expect(schedule().getByText("Off", { exact: true })).toBeVisible();
  await schedule().getByRole("button", { name: "Remove" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove schedule" }).click();
  await expect(schedule()).toContainText("Not scheduled");
});

test("D-25 history: every collection and event, each opens to its options, phases, totals and log; all of it can be searched", async () => {
  await goTo(`${gcPath}?view=history`);
  const history = page.getByRole("list", { name: "History of garbage collection" });
  await expect(history).toContainText("scheduled garbage collection: 0 0 3 * * SAT (Europe/Berlin)");
  await expect(history).toContainText("enabled garbage collection for Embedded registry");
  await page.getByRole("radio", { name: "Collections" }).click();
  await expect(history.getByRole("listitem").filter({ hasText: "scheduled" })).toHaveCount(0);
  // Only one was cancelled.
  const cancelled = history.getByRole("button", { name: /Cancelled/ });
  await cancelled.click();
  await expect(cancelled).toHaveAttribute("aria-expanded", "true");
  const opened = history.getByRole("listitem").filter({ has: page.getByRole("button", { name: /Cancelled/ }) });
  await expect(opened).toContainText("untagged manifests deleted too, until done");
  await expect(opened).toContainText("Cancelled by");
  await expect(opened.getByRole("list", { name: "Phases and their times" })).toContainText("Read-only now");
  await expect(opened.getByRole("log")).toContainText("Cancelled");
  await page.getByRole("searchbox", { name: "Search this history" }).fill("no such word");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await button("Show everything").click();
  await expect(history.getByRole("listitem").first()).toBeVisible();
});

test("AL-07 AL-08 AL-10 AL-13 each registry has its page: reached from the list, started there once its precautions are confirmed, watched and cancelled", async () => {
  await goTo("/w/acme/registries");
  await page.getByRole("button", { name: "Actions for Embedded registry" }).click();
  await page.getByRole("menuitem", { name: "Garbage collection" }).click();
  await expect(page).toHaveURL(new RegExp(`/registries/${registryId}/gc$`));
  await database.rows("UPDATE registries SET last_write_token_expires_at = now() + interval '10 minutes'");
  const dialog = await openDialog();
  const start = dialog.getByRole("button", { name: "Empty Garbage", exact: true });
  await expect(start).toBeDisabled();
  await dialog.getByRole("checkbox", { name: "Confirm to clean up" }).check();
  await expect(start).toBeEnabled();
  await dialog.getByRole("checkbox", { name: "Confirm to clean up" }).uncheck();
  await expect(start).toBeDisabled();
  await confirmAndStart(dialog);
  await expect(page.getByText("The last permission to push ends in")).toBeVisible();
  await button("Cancel Garbage Collection").click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel Garbage Collection" }).click();
  await expect(page.getByText("The last collection was cancelled")).toBeVisible();
  await database.rows("UPDATE registries SET last_write_token_expires_at = now()");
});

test("AL-01 what is deleted and purged stays on the disk, and is told as unused, until a collection frees it", async () => {
  const status = () => api.call(getGcStatus, { params: place });
  const collect = async () => {
    const run = await api.call(startGc, { params: place, body: { deleteUntagged: false } });
    return api.untilOver(place.workspaceId, run.id);
  };
  await collect();
  const { items } = await api.call(listImages, { params: place, query: { sort: "size", state: "tagged" } });
  const image = items.find(({ kind, uniqueBytes, pin }) => kind === "image" && uniqueBytes > 10_000 && pin === null);
  if (!image) throw new Error("no image has layers of its own");
  const { repositoryName, digest } = image;
  const selection = { images: [{ repositoryName, digest }] };
  const recycled = await api.call(startRecycle, { params: place, body: { selection } });
  expect((await api.untilOver(place.workspaceId, recycled.id)).totals.itemsDone).toBe(1);
  const tree = new StorageTree(stack.storageRoot);
  const { binBytes } = await status();
  expect(binBytes).toBeGreaterThanOrEqual(image.uniqueBytes);
  const { items: entries } = await api.call(listBinEntries, { params: place });
  const entry = entries.find((one) => one.digest === digest);
  const typedName = (await api.call(getSpace, { params: place })).name;
  const purged = await api.call(startPurge, { params: place, body: { entryIds: [entry?.id ?? ""], typedName } });
  expect((await api.untilOver(place.workspaceId, purged.id)).status).toBe("succeeded");
  expect(tree.hasBlob(digest), "the bytes are still there").toBe(true);
  await until("they are told as unused", async () => ((await status()).unused?.bytes ?? 0) >= image.uniqueBytes * 0.9, {
    timeoutMs: LIVE_MS,
  });
  const { totals } = await collect();
  expect(totals.freedBytes).toBeGreaterThanOrEqual(image.uniqueBytes * 0.9);
  expect(tree.hasBlob(digest)).toBe(false);
});
