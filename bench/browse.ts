import { chromium, type Page } from "@playwright/test";
import { listRegistries } from "@/contracts/registries";
import { createSpace } from "@/contracts/spaces";
import { firstWorkspace } from "@/e2e/support/tenants";
import { openStack } from "@/e2e/support/with-stack";
import { browserPath } from "@/scripts/setup/browser";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { fillLargeInventory } from "@/testing/large-inventory";
import { count, duration, printTable } from "./table";

const SIZE = { repositories: 1000, imagesPerRepository: 100, tagsPerImage: 2 };
const VIEW = { width: 1440, height: 900 };
const LONG_TASK_MS = 100;

interface Scroll {
  name: string;
  act: (page: Page) => Promise<void>;
}

const SCROLLS: readonly Scroll[] = [
  { name: "mouse wheel, 3,000 rows", act: wheel },
  { name: "scroll bar from end to end, 200 steps", act: drag },
  { name: "Page Down, 100 times", act: (page) => press(page, "PageDown", 100) },
  { name: "End, Home, End, Home", act: ends },
];

/** Scrolls a list of 100,000 images in Chromium, on the built console, and says how long the page was ever busy at a stretch. */
export async function run(): Promise<void> {
  const stack = await openStack("bench-browse", { isDemo: false });
  try {
    // A reading of the registry would find none of the images that are written into the database here.
    await stack.killWorker();
    const { workspaceId, slug, session, api } = await firstWorkspace(stack);
    const [registry] = (await api.call(listRegistries, { params: { workspaceId } })).items;
    if (!registry) throw new Error("the workspace sees no registry");
    const body = { name: "large", registryId: registry.id, prefix: "acme" };
    const space = await api.call(createSpace, { params: { workspaceId }, body });
    setConsoleEnv({ databaseUrl: stack.databaseUrl, redisUrl: stack.redisUrl });
    const scope = systemScope(workspaceId, { name: "bench" });
    await fillLargeInventory({ scope, workspaceId, registryId: registry.id, spaceId: space.id }, SIZE);
    await disconnectPrisma();

    const browser = await chromium.launch({
      executablePath: browserPath(),
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--enable-precise-memory-info"],
    });
    const page = await browser.newPage({ storageState: session.storageState, viewport: VIEW });
    await page.addInitScript(watchLongTasks);
    await page.goto(`${stack.url}/w/${slug}/spaces/${space.id}/images`);
    await page.locator("[role=row] a").first().waitFor({ timeout: 60_000 });
    await settled(page);
    const rows = [];
    for (const { name, act } of SCROLLS) {
      await takeLongTasks(page);
      const before = Date.now();
      await act(page);
      const tookMs = Date.now() - before;
      const tasks = await takeLongTasks(page);
      const longest = Math.max(0, ...tasks);
      rows.push([
        name,
        duration(tookMs),
        String(tasks.length),
        tasks.length === 0 ? "none" : `${Math.round(longest)} ms`,
        String(tasks.filter((task) => task >= LONG_TASK_MS).length),
        String(await page.locator("[role=row]").count()),
        `${Math.round((await heapBytes(page)) / 1024 / 1024)} MiB`,
      ]);
    }
    const leaps = await measureLeaps(page);
    await browser.close();
    const images = SIZE.repositories * SIZE.imagesPerRepository;
    printTable(
      `Scrolling ${count(images)} images in Chromium`,
      ["", "took", "tasks > 50 ms", "longest", `≥ ${LONG_TASK_MS} ms`, "rows in the page", "heap"],
      rows,
    );
    printTable(
      "From a leap of the scroll bar to the rows there",
      ["", "time"],
      leaps.map(([where, ms]) => [where, duration(ms)]),
    );
  } finally {
    await stack.stop();
  }
}

/** Runs in the page before anything else. */
function watchLongTasks(): void {
  const target = window as unknown as { longTasks: number[] };
  target.longTasks = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) target.longTasks.push(entry.duration);
  }).observe({ type: "longtask" });
}

/** What was seen since the last time. */
function takeLongTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const target = window as unknown as { longTasks: number[] };
    return target.longTasks.splice(0);
  });
}

function heapBytes(page: Page): Promise<number> {
  return page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize);
}

/** Nothing in view is still being read. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const row = document.elementFromPoint(900, 500)?.closest("[data-row]");
    return row !== null && row !== undefined && !row.hasAttribute("aria-busy");
  });
}

async function wheel(page: Page): Promise<void> {
  await page.mouse.move(900, 500);
  for (let step = 0; step < 260; step++) await page.mouse.wheel(0, 600);
  await settled(page);
}

async function drag(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const end = document.documentElement.scrollHeight;
    for (let step = 0; step <= 200; step++) {
      window.scrollTo(0, (end * step) / 200);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
  await settled(page);
}

async function press(page: Page, key: string, times: number): Promise<void> {
  await page.locator("[role=row][tabindex='0']").focus();
  for (let at = 0; at < times; at++) await page.keyboard.press(key);
  await settled(page);
}

async function ends(page: Page): Promise<void> {
  await page.locator("[role=row][tabindex='0']").focus();
  for (const key of ["End", "Home", "End", "Home"]) {
    await page.keyboard.press(key);
    await settled(page);
  }
}

async function measureLeaps(page: Page): Promise<[string, number][]> {
  const leaps: [string, number][] = [];
  for (const part of [0.25, 0.5, 0.9]) {
    const before = Date.now();
    await page.evaluate((share) => window.scrollTo(0, document.documentElement.scrollHeight * share), part);
    await page.waitForFunction((share) => {
      const row = document.elementFromPoint(900, 500)?.closest("[role=row]");
      const isThere = Math.abs(window.scrollY / document.documentElement.scrollHeight - share) < 0.01;
      return isThere && row?.hasAttribute("data-row") && !row.hasAttribute("aria-busy");
    }, part);
    leaps.push([`to ${part * 100} % of the list`, Date.now() - before]);
  }
  return leaps;
}
