import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { violations } from "./support/axe";
import { type ConsolePage, consolePages, moveTo, type Story, tellStory, visit } from "./support/pages";
import type { EndToEndStack } from "./support/stack";
import { firstWorkspace } from "./support/tenants";
import { NO_GRACE, openStack, STEADY_TIMES } from "./support/with-stack";

/** Every page and dialog in light and dark, wide and narrow, as axe sees it; and none of them scrolls sideways on a phone. */
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

let stack: EndToEndStack;
let story: Story;
let signedIn: BrowserContext;
let stranger: BrowserContext;

test.beforeAll(async ({ browser }) => {
  stack = await openStack("accessibility", { isDemo: true, environment: { ...STEADY_TIMES, ...NO_GRACE } });
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
  for (const page of [own, foreign]) {
    page.setDefaultTimeout(15_000);
    await page.goto(`${stack.url}/sign-in`);
  }
  await visit(own, stack.url, { name: "first", path: STEPPING_STONE });
  const sides = new Map<Page, Side>();
  for (const it of consolePages(story)) {
    await test.step(it.name, async () => {
      const page = it.isSignedOut ? foreign : own;
      // A draft of the wizard would still be there.
      await page.evaluate(() => window.sessionStorage.clear());
      if (it.isSignedOut) await visit(page, stack.url, it);
      else await comeTo(page, it);
      const { found, side } = await look(page, sides.get(page) ?? FIRST);
      sides.set(page, side);
      if (found.length > 0) problems[it.name] = found;
    });
  }
  expect(problems).toEqual({});
});

/** A light page with a state of its own. */
const STEPPING_STONE = "/account/tokens";

/** From elsewhere, so that the page begins anew, as one does that is loaded. */
async function comeTo(page: Page, it: ConsolePage): Promise<void> {
  const here = new URL(page.url()).pathname;
  if (here === new URL(it.path, stack.url).pathname) await moveTo(page, stack.url, { name: "", path: STEPPING_STONE });
  await moveTo(page, stack.url, it);
}

/** How a page is seen. */
interface Side {
  isWide: boolean;
  scheme: "light" | "dark";
  /** The same on all pages: seen once from all sides. */
  isRailSeen: boolean;
}
const FIRST: Side = { isWide: true, scheme: "light", isRailSeen: false };
const RAIL = "header:has(nav[aria-label=Workspace])";

/**
 * Looks at a page from all sides, and begins with the one that the page before ended with: to lay long lists out anew takes as long as to look
 * at them. So half of the pages are opened on a phone, and become wide.
 */
async function look(page: Page, from: Side): Promise<{ found: string[]; side: Side }> {
  const without = from.isRailSeen ? [RAIL] : [];
  const scheme = from.scheme === "light" ? "dark" : "light";
  const atWidth = async (isWide: boolean) =>
    isWide
      ? [...(await inColours(page, from.scheme, without)), ...(await inColours(page, scheme, without))]
      : onPhone(page, without);
  const found = [...(await atWidth(from.isWide)), ...(await atWidth(!from.isWide))];
  const isRailSeen = from.isRailSeen || (await page.locator(RAIL).count()) > 0;
  return { found, side: { isWide: !from.isWide, scheme, isRailSeen } };
}

/** Wide. Another theme changes colours and nothing else, so that the rest is looked at in one of them. */
async function inColours(page: Page, scheme: Side["scheme"], without: string[]): Promise<string[]> {
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: scheme });
  await expect(page.locator("html")).toHaveAttribute("data-theme", scheme);
  const only = scheme === "dark" ? { runOnly: ["color-contrast", "link-in-text-block"] } : {};
  return (await violations(page, { without, ...only })).map((problem) => `${scheme}: ${problem}`);
}

/** The colours are those of the wide page. */
async function onPhone(page: Page, without: string[]): Promise<string[]> {
  await page.setViewportSize(NARROW);
  const width = await settledWidth(page);
  const found = await violations(page, { without, rules: { "color-contrast": { enabled: false } } });
  const isTooWide = width > NARROW.width;
  return [
    ...(isTooWide ? [`a page of ${width} px scrolls sideways at ${NARROW.width} px`] : []),
    ...found.map((problem) => `narrow: ${problem}`),
  ];
}

/** How wide the document is once it is laid out anew: tables turn into stacks a frame after the window is narrow. */
function settledWidth(page: Page): Promise<number> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise((next) => requestAnimationFrame(next));
    return document.documentElement.scrollWidth;
  });
}
