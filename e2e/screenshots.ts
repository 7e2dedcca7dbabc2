// Makes docs/screenshots: `npx tsx e2e/screenshots.ts`, after a build. Every page at two widths in both themes.
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { startGc } from "@/contracts/gc";
import { startReclaim } from "@/contracts/reclaim";
import { createRule } from "@/contracts/rules";
import { browserPath } from "@/scripts/setup/browser";
import { skopeoCopy } from "@/testing/skopeo";
import { StorageTree } from "@/testing/storage/storage-tree";
import { type Database, openDatabase } from "./support/database";
import { type ConsolePage, consolePages, type Story, settled, tellStory, visit } from "./support/pages";
import { letCollectionsRun, slowDownCollections } from "./support/slow-collection";
import type { EndToEndStack } from "./support/stack";
import { firstWorkspace, takeTags } from "./support/tenants";
import { openStack } from "./support/with-stack";

const FOLDER = path.resolve(import.meta.dirname, "../docs/screenshots");
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const THEMES = ["light", "dark"] as const;
/** Long enough for four pictures of what is live. */
const SLOW_SECONDS = 8;
/** Of the names of the pages to take, as a pattern; all without one. */
const only = process.argv[2];

const stack = await openStack("screenshots", {
  isDemo: true,
  environment: {
    RECLAIM_TOKEN_TTL_SECONDS: "20",
    RECLAIM_TOKEN_LEEWAY_SECONDS: "10",
    RECLAIM_UPLOAD_IDLE_SECONDS: "1",
  },
});
const database = await openDatabase(stack.databaseUrl);
const browser = await chromium.launch({
  executablePath: browserPath(),
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
try {
  const { api, workspaceId, session } = await firstWorkspace(stack);
  if (only === undefined) rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const signedIn = await browser.newContext({ storageState: session.storageState, reducedMotion: "reduce" });
  const stranger = await browser.newContext({ reducedMotion: "reduce" });
  const story = await tellStory(api, workspaceId);
  for (const it of consolePages(story)) {
    if (only === undefined || new RegExp(`^(${only})`).test(it.name))
      await takeAll(it.isSignedOut ? stranger : signedIn, it);
  }
  const live = { stack, database, context: signedIn, story, api, workspaceId };
  if (only === undefined || only === "live") await takeLive(live);
} finally {
  await browser.close();
  await database.close();
  await stack.stop();
}

async function takeAll(context: BrowserContext, it: ConsolePage): Promise<void> {
  for (const viewport of WIDTHS) {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.setViewportSize(viewport);
    await visit(page, stack.url, it);
    await takeThemes(page, it.name, viewport.width);
    await page.close();
  }
}

async function takeThemes(page: Page, name: string, width: number): Promise<void> {
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    await page.locator(`html[data-theme=${theme}]`).waitFor();
    await page.screenshot({ path: path.join(FOLDER, `${name}-${width}-${theme}.png`), animations: "disabled" });
  }
}

/** What lasts only a moment: a run that moves, a collection that waits and one that sweeps, and what is left when it is cancelled. */
async function takeLive(live: {
  stack: EndToEndStack;
  database: Database;
  context: BrowserContext;
  story: Story;
  api: Awaited<ReturnType<typeof firstWorkspace>>["api"];
  workspaceId: string;
}): Promise<void> {
  const { api, context, story, workspaceId } = live;
  const params = { workspaceId, spaceId: story.spaceId };
  const space = `/w/acme/spaces/${story.spaceId}`;

  const rule = await api.call(createRule, { params, body: { name: "PR builds", definition: takeTags("pr-*") } });
  await live.database.rows(
    "CREATE FUNCTION slow_move() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.6); RETURN NEW; END'",
  );
  await live.database.rows(
    "CREATE TRIGGER slow_move BEFORE UPDATE ON run_items FOR EACH ROW EXECUTE FUNCTION slow_move()",
  );
  const moving = await api.call(startReclaim, { params, body: { ruleIds: [rule.id] } });
  await api.untilRun(workspaceId, moving.id, "three are moved", ({ progress }) => (progress.itemsDone ?? 0) >= 3);
  await takeNow(context, "run-live", `${space}/runs/${moving.id}`);
  await live.database.rows("DROP TRIGGER slow_move ON run_items");
  await api.untilOver(workspaceId, moving.id);

  const account = { registryUrl: stack.registryUrl, username: stack.email, password: stack.password };
  const kept = { ...account, repository: "acme/api", reference: "latest" };
  await skopeoCopy(kept, { ...kept, reference: "copied" });
  const tree = new StorageTree(stack.storageRoot);
  for (let i = 0; i < 4_000; i++) tree.blob(`a copy that was interrupted, part ${i} ${"x".repeat(i)}`);
  await slowDownCollections(live.database, SLOW_SECONDS);
  const gc = await api.call(startGc, { params, body: { deleteUntagged: true } });
  await api.untilRun(workspaceId, gc.id, "waiting for writers", ({ phase }) => phase === "waiting_for_writers");
  await takeNow(context, "gc-waiting", `${space}/gc`);
  await api.untilRun(workspaceId, gc.id, "some is swept", ({ progress }) => (progress.deletedBlobs ?? 0) > 0);
  await takeNow(context, "gc-live", `${space}/gc`);
  await takeNow(context, "images-read-only", `${space}/images`);
  const page = await context.newPage();
  await page.goto(`${stack.url}${space}/gc`);
  await page.getByRole("button", { name: "Cancel Garbage Collection" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel Garbage Collection" }).click();
  await letCollectionsRun(live.database);
  await api.untilOver(workspaceId, gc.id);
  await page.close();
  await takeAll(context, { name: "gc-cancelled", path: `${space}/gc` });
}

async function takeNow(context: BrowserContext, name: string, where: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${stack.url}${where}`);
  for (const viewport of WIDTHS) {
    await page.setViewportSize(viewport);
    await settled(page);
    await takeThemes(page, name, viewport.width);
  }
  await page.close();
}
