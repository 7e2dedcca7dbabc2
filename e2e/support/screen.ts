import type { Locator, Page } from "@playwright/test";

/** A table by its name; one whose rows can be opened is a grid. */
export function table(page: Page, name: string): Locator {
  return page.getByRole("grid", { name }).or(page.getByRole("table", { name }));
}

/** The number that a tile shows. */
export function tile(page: Page, label: string): Locator {
  return page
    .locator("dl > div", { has: page.getByText(label, { exact: true }) })
    .locator("dd")
    .first();
}
