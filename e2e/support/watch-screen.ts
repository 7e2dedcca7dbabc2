import type { Page } from "@playwright/test";

/**
 * Writes down what is shown in a place as it changes, however short each of it stays: for what is live. `attribute` instead of
 * the text where it is given. Ends with the document.
 */
export async function watchScreen(page: Page, selector: string, attribute?: string): Promise<() => Promise<string[]>> {
  const key = `seen ${selector}`;
  await page.evaluate(
    ({ key, selector, attribute }) => {
      const seen: string[] = [];
      (window as unknown as Record<string, string[]>)[key] = seen;
      const look = () => {
        for (const element of document.querySelectorAll(selector)) {
          const text = attribute ? element.getAttribute(attribute) : element.textContent;
          if (text && seen.at(-1) !== text) seen.push(text);
        }
      };
      look();
      new MutationObserver(look).observe(document.body, {
        ...{ subtree: true, childList: true, characterData: true, attributes: true },
      });
    },
    { key, selector, attribute },
  );
  return () => page.evaluate((name) => (window as unknown as Record<string, string[]>)[name] ?? [], key);
}
