import { expect, type Page, test } from "@playwright/test";
import { listImages } from "@/contracts/images";
import { listBinEntries } from "@/contracts/recycle-bin";
import { createRule, deleteRule, listRules, RULES_PER_SPACE_MAX, type RuleDto, updateRule } from "@/contracts/rules";
import { listSpaces, type SpaceDto } from "@/contracts/spaces";
import type { Api } from "./support/api";
import { HARBOR_POLICY } from "./support/harbor-policy";
import { table, tile } from "./support/screen";
import type { EndToEndStack } from "./support/stack";
import { firstWorkspace, takeTags } from "./support/tenants";
import { openStack, STEADY_TIMES } from "./support/with-stack";

/** From the first word of a rule to images in the bin, as somebody does it who never wrote one. */
test.describe.configure({ mode: "serial" });

const RULE = "Old pull requests";
const LIVE_MS = 60_000;
const ZONE = "Europe/Berlin";

let stack: EndToEndStack;
let page: Page;
let api: Api;
let slug: string;
let workspaceId: string;
let space: SpaceDto;

test.beforeAll(async ({ browser }) => {
  stack = await openStack("rules", { isDemo: true, environment: STEADY_TIMES });
  const first = await firstWorkspace(stack);
  ({ api, slug, workspaceId } = first);
  const { items } = await api.call(listSpaces, { params: { workspaceId } });
  if (!items[0]) throw new Error("the demo has no space");
  space = items[0];
  const context = await browser.newContext({ storageState: first.session.storageState, timezoneId: ZONE });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
});
test.afterAll(async () => {
  await page?.context().close();
  await stack?.stop();
});

const place = () => ({ workspaceId, spaceId: space.id });
const spaceUrl = (path: string) => `${stack.url}/w/${slug}/spaces/${space.id}/${path}`;
const tester = () => page.getByRole("region", { name: "Tried against this space" });
const sentence = () => page.getByRole("complementary", { name: "The rule in words" });
const rules = () => table(page, "Reclaim rules");
const ruleRow = (name: string) =>
  rules()
    .getByRole("row")
    .filter({ has: page.getByRole("link", { name, exact: true }) });
const next = () => page.getByRole("button", { name: "Next", exact: true });
const step = () => page.getByRole("navigation", { name: "Steps" }).locator("[aria-current=step]");
const saved = async (name: string): Promise<RuleDto> => {
  const rule = (await api.call(listRules, { params: place() })).items.find((each) => each.name === name);
  if (!rule) throw new Error(`there is no rule ${name}`);
  return rule;
};

async function menu(name: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${name}`, exact: true }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

test("K-14 K-15 N-09 the wizard tells what is found while somebody writes, by keyboard alone", async () => {
  const tagged = (await api.call(listImages, { params: place(), query: { limit: 500, state: "tagged" } })).items;
  const expected = tagged.filter(({ tags }) => tags.some((tag) => tag.startsWith("pr-"))).length;
  await page.goto(spaceUrl("reclaim"));
  await page.getByRole("link", { name: "Create Reclaim Rule" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Create Reclaim Rule" })).toBeVisible();
  await expect(tester()).toContainText(`of ${space.imageCount} images chosen`);

  await page.getByLabel("Name").fill(RULE);
  await page.getByRole("radio", { name: "Only with a tag" }).focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Add a pattern to tags", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("pr-*");
  await expect(tester()).toContainText(`${expected} of ${space.imageCount} images chosen`);
  await expect(tester().locator("mark").first()).toHaveText("pr-");
  await expect(page.getByText(/^\s*Finds \d+ tags\.$/)).toBeVisible();
  await expect(sentence()).toContainText("Reclaim images tagged pr-*");
});

test("K-17 what was typed survives a reload, and the browser goes back a step", async () => {
  await next().click();
  await expect(step()).toContainText("Conditions");
  await page.reload();
  await expect(page.getByText("What you had typed is back")).toBeVisible();
  await expect(step()).toContainText("Conditions");
  await page.goBack();
  await expect(step()).toContainText("Images");
  await expect(page.getByLabel("Name")).toHaveValue(RULE);
  await next().click();
});

test("K-17 conditions are asked in words; what is missing is said where it is missing", async () => {
  await next().click();
  await expect(page.getByRole("alert").filter({ hasText: /how many days/i })).toBeVisible();
  await expect(page.getByLabel("Condition 1: days")).toBeFocused();
  await page.keyboard.type("14");
  await expect(sentence()).toContainText("older than 14 days");
  await page.getByRole("button", { name: "Add a condition" }).click();
  await page.getByRole("menuitem", { name: "Not among the newest few" }).click();
  await page.getByLabel("Condition 2: how many").fill("3");
  await expect(sentence()).toContainText("beyond the 3 newest");
  await expect(tester()).toContainText("images match");
  await next().click();
  await expect(step()).toContainText("Schedule and limits");
});

test("N-16 a schedule is chosen in everyday words and shows its next five runs in its zone", async () => {
  await page.getByRole("radio", { name: "On a schedule" }).click();
  await page.getByRole("radio", { name: "Weekly" }).click();
  await page.getByRole("button", { name: "Monday" }).click();
  await page.getByRole("button", { name: "Sunday" }).click();
  await page.getByLabel("Time", { exact: true }).fill("02:30");
  await expect(page.getByLabel("Time zone")).toHaveValue(ZONE);
  const runs = page.getByText(`by the clock in ${ZONE}`).locator("xpath=..").getByRole("listitem");
  await expect(runs).toHaveCount(5);
  for (const text of await runs.allTextContents()) expect(text).toMatch(/^Mon \d+ \w+ \d{4}, 02:30/);
  await expect(page.getByText(/Clocks go (forward|back) on/)).toBeVisible();
  await expect(page.getByText("waits until a person confirms it")).toBeVisible();
});

let goes = 0;

test("K-17 K-18 N-10 the preview is exact, saving it arms the schedule, and the list says when it runs", async () => {
  await next().click();
  await expect(step()).toContainText("Preview and save");
  await expect(page.getByText("Preview again")).toBeVisible({ timeout: LIVE_MS });
  const going = tile(page, "Images that go");
  await expect(going).toHaveText(/^[1-9]/, { timeout: LIVE_MS });
  goes = Number(await going.textContent());
  await page.getByRole("button", { name: "Save rule" }).click();
  await expect(page).toHaveURL(spaceUrl("reclaim"));
  await expect(ruleRow(RULE)).toContainText("At 02:30, only on Monday");
  await expect(ruleRow(RULE)).toContainText(/next Mon \d+ \w+ \d{4}, 02:30/);
  await expect(ruleRow(RULE)).not.toContainText("waits for a preview");
  expect((await saved(RULE)).arming.isArmed).toBe(true);
});

test("N-10 a rule that was changed waits for a preview, and the list leads there", async () => {
  const rule = await saved(RULE);
  await api.call(updateRule, {
    params: { ...place(), ruleId: rule.id },
    body: { revision: rule.revision, definition: { ...rule.definition, limits: { maxItems: 500 } } },
  });
  await page.reload();
  await expect(ruleRow(RULE)).toContainText("waits for a preview");
  await ruleRow(RULE)
    .getByRole("button", { name: /^Preview/ })
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "Preview" })).toBeVisible();
  await expect.poll(async () => (await saved(RULE)).arming.isArmed, { timeout: LIVE_MS }).toBe(true);
  await page.goto(spaceUrl("reclaim"));
  await expect(ruleRow(RULE)).toContainText(/next Mon/);
});

test("K-04 K-03 a rule is run by hand: what its preview said goes to the bin, and the list says so", async () => {
  const before = (await api.call(listBinEntries, { params: place(), query: { limit: 1 } })).total;
  await menu(RULE, "Run now");
  const run = page.getByRole("dialog").getByRole("button", { name: /^Move \d+ images?$/ });
  await expect(run).toBeEnabled({ timeout: LIVE_MS });
  expect(await run.textContent()).toBe(`Move ${goes} image${goes === 1 ? "" : "s"}`);
  await run.click();
  await expect(page.getByRole("heading", { level: 1, name: "Reclaim run" })).toBeVisible();
  await expect(page.getByText("Done", { exact: true }).first()).toBeVisible({ timeout: LIVE_MS });
  await expect(tile(page, "Images moved")).toHaveText(String(goes));
  expect((await api.call(listBinEntries, { params: place(), query: { limit: 1 } })).total - before).toBe(goes);
  await page.goto(spaceUrl("reclaim"));
  await expect(ruleRow(RULE)).toContainText(`${goes} image${goes === 1 ? "" : "s"} moved`);
});

test("K-19 K-20 a rule is disabled without losing what it says, enabled again, and duplicated", async () => {
  const before = await saved(RULE);
  await menu(RULE, "Disable");
  await expect(page.getByRole("switch", { name: `${RULE} enabled` })).not.toBeChecked();
  const disabled = await saved(RULE);
  expect(disabled.definition).toEqual(before.definition);
  expect(disabled.nextRunAt).toBeNull();
  await menu(RULE, "Enable");
  await expect(page.getByRole("switch", { name: `${RULE} enabled` })).toBeChecked();
  await menu(RULE, "Duplicate");
  await expect(page.getByLabel("Name")).toHaveValue(`Copy of ${RULE}`);
  await expect(sentence()).toContainText("tagged pr-*, older than 14 days, beyond the 3 newest");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(rules()).toBeVisible();
});

test("K-19 of two who edit one rule the second loses nothing, and overwrites nothing unseen", async () => {
  const rule = await saved(RULE);
  await page.goto(spaceUrl(`reclaim/${rule.id}/edit`));
  await page.getByLabel("Name").fill("Mine");
  await page
    .getByRole("navigation", { name: "Steps" })
    .getByRole("button", { name: /Preview and save/ })
    .click();
  await expect(page.getByRole("button", { name: "Save rule" })).toBeVisible();
  const theirs = { ...rule.definition, limits: { maxItems: 7 } };
  await api.call(updateRule, {
    params: { ...place(), ruleId: rule.id },
    body: { revision: rule.revision, definition: theirs },
  });
  await page.getByRole("button", { name: "Save rule" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "changed this rule meanwhile" })).toBeInViewport();
  expect((await saved(RULE)).definition.limits).toEqual({ maxItems: 7 });
  await page.getByRole("button", { name: "Reload their version" }).click();
  await page.getByRole("button", { name: "Bring mine back" }).click();
  await page
    .getByRole("navigation", { name: "Steps" })
    .getByRole("button", { name: /Images/ })
    .click();
  await expect(page.getByLabel("Name")).toHaveValue("Mine");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Throw it away" }).click();
  await expect(ruleRow(RULE)).toBeVisible();
});

test("K-17 a save that is refused says so where it is seen, above the preview, and leads to what has to change", async () => {
  const rule = await saved(RULE);
  const body = { name: "Taken", definition: { ...rule.definition, schedule: { kind: "manual" as const } } };
  const other = await api.call(createRule, { params: place(), body });
  await page.goto(spaceUrl(`reclaim/${rule.id}/edit`));
  await page.getByLabel("Name").fill("Taken");
  const steps = page.getByRole("navigation", { name: "Steps" });
  await steps.getByRole("button", { name: /Preview and save/ }).click();
  await expect(tile(page, "Images kept")).toBeVisible();
  await page.getByRole("button", { name: "Save rule" }).scrollIntoViewIfNeeded();
  await page.getByRole("button", { name: "Save rule" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "“Taken” exists already" })).toBeInViewport();
  await expect(steps.getByRole("button", { name: /Images.*something is missing/ })).toBeVisible();
  await page.getByRole("button", { name: "Change the name" }).click();
  await expect(page.getByLabel("Name")).toBeFocused();
  await expect(page.getByText("Another rule of this space has this name.")).toBeVisible();
  await page.getByLabel("Name").fill("Not taken");
  await expect(page.getByText("Another rule of this space has this name.")).toBeHidden();
  await expect(page.getByRole("alert").filter({ hasText: "exists already" })).toBeHidden();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Throw it away" }).click();
  await api.call(deleteRule, { params: { ...place(), ruleId: other.id } });
});

test("K-10 the sixteenth rule is refused by the screen with the reason, and by the API", async () => {
  const { items } = await api.call(listRules, { params: place() });
  const made: RuleDto[] = [];
  for (let number = items.length; number < RULES_PER_SPACE_MAX; number++) {
    const body = { name: `filler ${number}`, definition: takeTags("no-such-tag"), isEnabled: false };
    made.push(await api.call(createRule, { params: place(), body }));
  }
  await page.goto(spaceUrl("reclaim"));
  const full = page.getByRole("button", { name: "15/15 Create Reclaim Rule" });
  await expect(full).toHaveAttribute("aria-disabled", "true");
  await full.focus();
  await expect(page.getByRole("tooltip")).toContainText("at most 15 reclaim rules, disabled ones included");
  await page.goto(spaceUrl("reclaim/new"));
  await expect(page.getByText("This registry space has 15 of 15 rules")).toBeVisible();
  await expect(
    api.call(createRule, { params: place(), body: { name: "one more", definition: takeTags("x") } }),
  ).rejects.toMatchObject({ problem: { status: 422 } });
  for (const { id } of made) await api.call(deleteRule, { params: { ...place(), ruleId: id } });
});

test("C2.3 a Harbor retention policy is imported with what it deletes without saying so", async () => {
  await page.goto(spaceUrl("reclaim"));
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog", { name: "Import a Harbor retention policy" });
  await dialog.getByLabel("The policy, as JSON").fill("{}");
  await dialog.getByRole("button", { name: "Show what it becomes" }).click();
  await expect(dialog.getByRole("alert").first()).toBeVisible();
  await dialog.getByLabel("The policy, as JSON").fill(JSON.stringify(HARBOR_POLICY));
  await dialog.getByRole("button", { name: "Show what it becomes" }).click();
  await expect(dialog.getByText("What this policy deletes without saying so")).toBeVisible();
  await expect(dialog.getByText("reclaims the rest")).toBeVisible();
  const before = (await api.call(listRules, { params: place() })).items.length;
  const create = dialog.getByRole("button", { name: /^Create \d+ rules$/ });
  const count = Number((await create.textContent())?.match(/\d+/)?.[0]);
  await create.click();
  await expect(dialog).toBeHidden();
  expect((await api.call(listRules, { params: place() })).items).toHaveLength(before + count);
  await expect(rules().getByText("protects", { exact: true }).first()).toBeVisible();
});
