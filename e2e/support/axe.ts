import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults, ElementContext, RunOptions } from "axe-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Rows of a list are made alike: a dozen of them tell what a hundred would, in a fraction of the time. */
const MORE_ROWS = ["tbody > tr", "[role=rowgroup] > [role=row]", "ul > li"].map((rows) => [
  `${rows}:nth-child(n + 13)`,
]);

/**
 * What axe finds on the page that is serious or critical, each with what it is about. Text of one look (element, classes, colours, size, as
 * well as those of everything around it) is measured once a document.
 */
export async function violations(
  page: Page,
  options: RunOptions & { /** Selectors. */ without?: string[] } = {},
): Promise<string[]> {
  const { without = [], ...which } = options;
  if (await page.evaluate(() => !("axe" in window))) {
    await page.evaluate(AXE);
    await page.evaluate(prepare);
  }
  const context = { include: [["html"]], exclude: [...MORE_ROWS, ...without.map((selector) => [selector])] };
  // There are no frames and no sounds, for which it would read all styles.
  const run: RunOptions = { resultTypes: ["violations"], iframes: false, preload: false, ...which };
  const results = await page.evaluate(([context, run]) => (window as unknown as Prepared).runAxe(context, run), [
    context,
    run,
  ] as const);
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(" ")})`));
}

interface Prepared {
  axe: {
    run(context: ElementContext, options: RunOptions): Promise<AxeResults>;
    configure(spec: object): void;
    _audit: {
      rules: { id: string; impact: string | null }[];
      checks: Record<string, { evaluate: (node: Element, ...rest: unknown[]) => unknown }>;
    };
  };
  runAxe: Prepared["axe"]["run"];
}

/** Runs in the page. */
function prepare(): void {
  const it = window as unknown as Prepared;
  it.axe.configure({
    noHtml: true,
    rules: [
      // It asks of each element with a style whether it is on screen, and only then whether the style has one of these.
      { id: "avoid-inline-spacing", selector: "[style*=spacing], [style*=line-height]" },
      // What they find is never serious.
      ...it.axe._audit.rules
        .filter(({ impact }) => impact === "minor" || impact === "moderate")
        .map(({ id }) => ({ id, enabled: false })),
    ],
  });
  const check = it.axe._audit.checks["color-contrast"];
  if (!check) throw new Error("axe has no check of contrast");
  const { evaluate } = check;
  const passed = new Set<number>();
  const looks = new Map<Element, number>();
  it.runAxe = (context, options) => {
    looks.clear();
    return it.axe.run(context, options);
  };
  check.evaluate = function (node, ...rest) {
    const look = lookOf(node);
    if (passed.has(look)) return true;
    const result = evaluate.call(this, node, ...rest);
    if (result === true) passed.add(look);
    return result;
  };
  function lookOf(element: Element | null): number {
    if (element === null) return 0;
    const known = looks.get(element);
    if (known !== undefined) return known;
    const { color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight } = getComputedStyle(element);
    const own = [element.tagName, element.getAttribute("class"), color, backgroundColor, backgroundImage, opacity];
    // A hash of 53 bits: two looks that share one are not to be expected.
    let [high, low] = [0xdeadbeef, 0x41c6ce57];
    for (const unit of [lookOf(element.parentElement), ...own, fontSize, fontWeight].join("|")) {
      high = Math.imul(high ^ unit.charCodeAt(0), 2654435761);
      low = Math.imul(low ^ unit.charCodeAt(0), 1597334677);
    }
    const look = (high >>> 11) * 2 ** 32 + (low >>> 0);
    looks.set(element, look);
    return look;
  }
}
