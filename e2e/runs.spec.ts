import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { previewReclaim, startReclaim } from "@/contracts/reclaim";
import { createRule, type RuleDto, updateRule } from "@/contracts/rules";
import { compareRuns, listRunItems } from "@/contracts/run-items";
import { listSpaces, type SpaceDto, updateSpace } from "@/contracts/spaces";
import { formatBytes } from "@/lib/bytes";
import type { Api } from "./support/api";
import { table, tile } from "./support/screen";
import type { EndToEndStack } from "./support/stack";
import { firstWorkspace, takeTags } from "./support/tenants";
import { NO_GRACE, openStack, STEADY_TIMES } from "./support/with-stack";

/** What runs decided and did, as somebody looks it up: the table, what changed, who took what, and how all of it is stopped. */
test.describe.configure({ mode: "serial" });

const LIVE_MS = 60_000;
const RULE = "Old pull requests";

let stack: EndToEndStack;
let page: Page;
let api: Api;
let slug: string;
let workspaceId: string;
let space: SpaceDto;
let rule: RuleDto;
let previewId: string;
let takenRunId: string;

test.beforeAll(async ({ browser }) => {
  stack = await openStack("runs", { isDemo: true, environment: { ...STEADY_TIMES, ...NO_GRACE } });
  const first = await firstWorkspace(stack);
  ({ api, slug, workspaceId } = first);
  const { items } = await api.call(listSpaces, { params: { workspaceId } });
  if (!items[0]) throw new Error("the demo has no space");
  space = items[0];
  const context = await browser.newContext({ storageState: first.session.storageState, acceptDownloads: true });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const beyond = (n: number) => ({
    ...takeTags("pr-*"),
    when: [{ kind: "beyond" as const, n, order: "pushed" as const }],
  });
  rule = await api.call(createRule, { params: place(), body: { name: RULE, definition: beyond(3) } });
  await preview();
  rule = await api.call(updateRule, {
    params: { ...place(), ruleId: rule.id },
    body: { revision: rule.revision, definition: beyond(1) },
  });
  previewId = await preview();
});
test.afterAll(async () => {
  await page?.context().close();
  await stack?.stop();
});

const place = () => ({ workspaceId, spaceId: space.id });
const spaceUrl = (path: string) => `${stack.url}/w/${slug}/spaces/${space.id}/${path}`;
const verdicts = () => table(page, "Verdict on every image");
const firstRow = () => verdicts().locator("tbody tr").first();
const items = (query: Record<string, unknown>, runId = previewId) =>
  api.call(listRunItems, { params: { workspaceId, runId }, query: { limit: 500, ...query } });

async function preview(): Promise<string> {
  const { id } = await api.call(previewReclaim, { params: place(), body: { ruleIds: [rule.id] } });
  expect((await api.untilOver(workspaceId, id)).status).toBe("succeeded");
  return id;
}

test("N-04 the table is sorted by its headings, narrowed by its filters, and both stay in the address", async () => {
  await page.goto(spaceUrl(`runs/${previewId}`));
  const all = await items({});
  await expect(page.getByText(`${all.total} images`, { exact: true })).toBeVisible();
  await verdicts().getByRole("button", { name: "Size" }).click();
  const largest = (await items({ sort: "size", order: "desc", limit: 1 })).items[0];
  await expect(firstRow()).toContainText(formatBytes(largest?.logicalBytes ?? 0));
  await page.getByLabel("Which images").getByRole("radio", { name: "Going" }).click();
  const going = await items({ action: "going", sort: "size", order: "desc" });
  await expect(page.getByText(`${going.total} images`, { exact: true })).toBeVisible();
  await expect(firstRow()).toContainText(going.items[0]?.digest.slice(7, 19) ?? "");
  await page.keyboard.press("/");
  const [repository, tag] = [going.items[0]?.repositoryName ?? "", going.items[0]?.tags[0] ?? ""];
  await page.keyboard.type(`${repository}:${tag}`);
  await expect(page.getByText("1 image", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByText("1 image", { exact: true })).toBeVisible();
  await expect(verdicts().getByRole("columnheader", { name: "Size" })).toHaveAttribute("aria-sort", "descending");
});

test("N-04 what is shown is downloaded, line by line", async () => {
  await page.goto(spaceUrl(`runs/${previewId}?show=going&sort=size&order=desc`));
  const going = await items({ action: "going", sort: "size", order: "desc" });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "CSV", exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^preview-\d{4}-\d\d-\d\d-run_\w+\.csv$/);
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
  expect(lines.slice(1).map((line) => line.split(",").slice(0, 2).join("@"))).toEqual(
    going.items.map((item) => `${item.repositoryName}@${item.digest}`),
  );
});

test("N-04 filters of the panel hold at once and are taken away by their crosses", async () => {
  await page.goto(spaceUrl(`runs/${previewId}`));
  await page.getByRole("button", { name: /^Filters/ }).click();
  await page.getByRole("combobox", { name: "Reason or guard" }).click();
  await page.getByRole("option", { name: /^No rule selects it/ }).click();
  const found = await items({ reason: "no_rule" });
  await page.keyboard.press("Escape");
  await expect(page.getByText(`Filtered: ${found.total} images`)).toBeVisible();
  await page.getByRole("button", { name: "Remove the filter: no rule selects it" }).click();
  await expect(page.getByText("Filtered:")).toBeHidden();
});

test("N-04 the rules stand by the run in the revision that planned it, and what changed since the preview before", async () => {
  await page.getByText("as it was when this was planned").click();
  await expect(page.getByText("revision 2", { exact: true })).toBeVisible();
  const comparison = await api.call(compareRuns, { params: { workspaceId, runId: previewId }, query: {} });
  expect(comparison.totals.now_goes).toBeGreaterThan(0);
  await page.getByRole("radio", { name: "Changes since the last preview" }).click();
  const changes = table(page, "What changed since the preview before");
  await expect(changes.getByRole("row")).toHaveCount(comparison.total + 1);
  await expect(changes).toContainText("Goes now");
  await expect(changes).toContainText("among 3 newest");
});

test("N-10 a run that would take more of the space than is set waits; confirmed it goes on to its end", async () => {
  await api.call(updateSpace, { params: place(), body: { confirmSharePercent: 1 } });
  const run = await api.call(startReclaim, { params: place(), body: { ruleIds: [rule.id] } });
  takenRunId = run.id;
  await page.goto(spaceUrl(`runs/${run.id}`));
  const question = page.getByRole("alert").filter({ hasText: "This run would take" });
  await expect(question).toContainText(`of ${space.imageCount} images`, { timeout: LIVE_MS });
  await expect(page.getByText("Waiting for confirmation")).toBeVisible();
  await expect(tile(page, "Images moved")).toHaveText("0");
  await question.getByRole("button", { name: "Confirm…" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("can be restored");
  await dialog.getByRole("button", { name: /^Move \d+ images$/ }).click();
  // Behind the open dialog nothing can be seen, and so nothing is there.
  await expect(dialog).toBeHidden();
  await expect(question).toBeHidden();
  const over = await api.untilOver(workspaceId, run.id);
  expect(over).toMatchObject({ status: "succeeded", confirmation: { confirmedByName: "Ada Admin" } });
  await expect(tile(page, "Images moved")).toHaveText(String(over.totals.itemsDone), { timeout: LIVE_MS });
});

test("N-11 who took a tag is found in the history, with the run and the rule", async () => {
  const [taken] = (await items({ state: "done" }, takenRunId)).items;
  const name = `${taken?.repositoryName}:${taken?.tags[0]}`;
  await page.goto(spaceUrl("history"));
  await page.getByRole("radio", { name: "Images taken" }).click();
  await page.getByRole("searchbox").fill(name);
  const row = table(page, "Images taken by runs").getByRole("row").filter({ hasText: "reclaimed by rule" });
  await expect(row.first()).toContainText(taken?.digest.slice(7, 19) ?? "");
  await expect(row.first()).toContainText(RULE);
  await row.first().getByRole("link", { name: "Reclaim run" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Reclaim run" })).toBeVisible();
  await expect(page.getByText("1 image", { exact: true })).toBeVisible();
});

test("all runs are listed, and narrowed by what they were and by their rule", async () => {
  await page.goto(spaceUrl("history?view=runs"));
  const runs = table(page, "Runs");
  await expect(runs).toContainText("Preview");
  await page.getByRole("combobox", { name: "Kind" }).click();
  await page.getByRole("option", { name: "Reclaims" }).click();
  await expect(runs).not.toContainText("Preview");
  await page.getByRole("combobox", { name: "Rule" }).click();
  await page.getByRole("option", { name: new RegExp(RULE) }).click();
  await expect(runs.getByRole("row")).toHaveCount(2);
  await expect(runs).toContainText(RULE);
});

test("N-10 the platform's switch stops all reclaims, says so everywhere, and lets them run again", async () => {
  await page.goto(`${stack.url}/w/${slug}`);
  await page.getByRole("link", { name: "Platform" }).first().click();
  await page.getByRole("button", { name: "Stop all reclaims…" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByRole("button", { name: "Stop all reclaims" })).toBeDisabled();
  await dialog.getByLabel("Reason").fill("the registry moves");
  await dialog.getByRole("button", { name: "Stop all reclaims" }).click();
  await expect(dialog).toBeHidden();
  const banner = page.getByRole("status").filter({ hasText: "Reclaims are stopped on the whole platform" });
  await expect(banner).toContainText("the registry moves");
  await expect(api.call(startReclaim, { params: place(), body: { ruleIds: [rule.id] } })).rejects.toMatchObject({
    problem: { code: "conflict", detail: expect.stringContaining("the registry moves") },
  });
  await page.goto(spaceUrl("reclaim"));
  await expect(banner).toBeVisible();
  await banner.getByRole("link", { name: "Open the switch" }).click();
  await page.getByRole("button", { name: "Let reclaims run again…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Let reclaims run again" }).click();
  await expect(banner).toBeHidden();
  await expect(table(page, "Who turned the switch").getByRole("row")).toHaveCount(3);
});
