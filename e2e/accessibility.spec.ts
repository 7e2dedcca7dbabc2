import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import type { AxeResults, RunOptions } from "axe-core";
import { type ConsolePage, consolePages, type Story, tellStory, visit } from "./support/pages";
import type { EndToEndStack } from "./support/stack";
import { firstWorkspace } from "./support/tenants";
import { NO_GRACE, openStack, SHORT_TIMES } from "./support/with-stack";

/** Every page and dialog in light and dark, wide and narrow, as axe sees it; and none of them scrolls sideways on a phone. */
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

let stack: EndToEndStack;
let story: Story;
let signedIn: BrowserContext;
let stranger: BrowserContext;

test.beforeAll(async ({ browser }) => {
  stack = await openStack("accessibility", { isDemo: true, environment: { ...SHORT_TIMES, ...NO_GRACE } });
  const { api, workspaceId, session } = await firstWorkspace(stack);
  story = await tellStory(api, workspaceId);
  signedIn = await browser.newContext({ storageState: session.storageState, viewport: WIDE, reducedMotion: "reduce" });
  stranger = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce" });
});
test.afterAll(async () => {
  await signedIn?.close();
  await stranger?.close();
  await stack?.stop();
});

test("every page and dialog can be used by everybody, in light, dark and on a phone", async () => {
  test.setTimeout(600_000);
  const problems: Record<string, string[]> = {};
  const [own, foreign] = [await signedIn.newPage(), await stranger.newPage()];
  for (const page of [own, foreign]) await page.goto(`${stack.url}/sign-in`);
  for (const it of consolePages(story)) {
    await test.step(it.name, async () => {
      const page = it.isSignedOut ? foreign : own;
      page.setDefaultTimeout(15_000);
      await page.setViewportSize(WIDE);
      // A draft of the wizard would still be there.
      await page.evaluate(() => window.sessionStorage.clear());
      const found = (await look(page, it)).filter((problem) => problem !== "");
      if (found.length > 0) problems[it.name] = found;
    });
  }
  expect(problems).toEqual({});
});

async function look(page: Page, it: ConsolePage): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "light" });
  await visit(page, stack.url, it);
  await page.evaluate(AXE);
  const light = await violations(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  // Another theme changes colours and nothing else.
  const dark = await violations(page, { runOnly: ["color-contrast", "link-in-text-block"] });
  await page.setViewportSize(NARROW);
  const width = await settledWidth(page);
  return [
    ...light.map((problem) => `light: ${problem}`),
    ...dark.filter((problem) => !light.includes(problem)).map((problem) => `dark: ${problem}`),
    ...(width > NARROW.width ? [`a page of ${width} px scrolls sideways at ${NARROW.width} px`] : []),
    // The colours are those of the wide page, and looking at them takes most of the time.
    ...(await violations(page, { rules: { "color-contrast": { enabled: false } } }))
      .filter((problem) => !light.includes(problem))
      .map((problem) => `narrow: ${problem}`),
  ];
}

/** How wide the document is once it is laid out anew: tables turn into stacks a frame after the window is narrow. */
function settledWidth(page: Page): Promise<number> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise((next) => requestAnimationFrame(next));
    return document.documentElement.scrollWidth;
  });
}

/** Rows of a list are made alike: a dozen of them tell what a hundred would, in a fraction of the time. */
const MORE_ROWS = ["tbody > tr", "[role=rowgroup] > [role=row]", "ul > li"].map((rows) => [
  `${rows}:nth-child(n + 13)`,
]);

/** Serious and critical ones, each with what it is about. */
async function violations(page: Page, which: RunOptions = {}): Promise<string[]> {
  const options = { resultTypes: ["violations"], ...which };
  const context = { include: [["html"]], exclude: MORE_ROWS };
  const run = `axe.run(${JSON.stringify(context)}, ${JSON.stringify(options)})`;
  const results = (await page.evaluate(run)) as AxeResults;
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(" ")})`));
}
