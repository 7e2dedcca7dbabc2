import { type Page, expect as playwrightExpect } from "@playwright/test";
import { startGc } from "@/contracts/gc";
import { createInvitation } from "@/contracts/members";
import { confirmRun, previewReclaim, startReclaim } from "@/contracts/reclaim";
import { listBinEntries, startPurge, startRestore } from "@/contracts/recycle-bin";
import { createRule } from "@/contracts/rules";
import { listSpaces } from "@/contracts/spaces";
import { createNotificationTarget, testNotificationTarget } from "@/contracts/webhooks";
import { RULE_TEMPLATES } from "@/domain/rules/templates";
import type { Api } from "./api";
import { HARBOR_POLICY } from "./harbor-policy";

/** Also for whoever takes pictures, without the runner and its settings. */
const expect = playwrightExpect.configure({ timeout: 15_000 });

/** A page of the console in a state worth looking at. */
export interface ConsolePage {
  name: string;
  path: string;
  /** Done after the page is loaded: opens a dialog, goes to a step. */
  open?: (page: Page) => Promise<void>;
  /** Shown to somebody who is not signed in. */
  isSignedOut?: boolean;
}

/** What the pages show: a space in which everything has happened once. */
export interface Story {
  spaceId: string;
  registryId: string;
  ruleId: string;
  previewRunId: string;
  reclaimRunId: string;
  gcRunId: string;
  /** For somebody who has no account. */
  invitationPath: string;
}

/** Makes the demo's space look used: two rules, a preview, a run, a restore, a purge, a collection. */
export async function tellStory(api: Api, workspaceId: string): Promise<Story> {
  const { items } = await api.call(listSpaces, { params: { workspaceId } });
  const spaceId = items[0]?.id ?? "";
  const params = { workspaceId, spaceId };
  const { target } = await api.call(createNotificationTarget, {
    params: { workspaceId },
    body: {
      kind: "webhook",
      name: "Deployments",
      url: "https://hooks.invalid/reclaim",
      events: ["run.finished", "gc.failed"],
    },
  });
  await api.call(testNotificationTarget, { params: { workspaceId, targetId: target.id } });
  const template = RULE_TEMPLATES.find(({ id }) => id === "tidy-up");
  if (!template) throw new Error("there is no template tidy-up");
  const rule = await api.call(createRule, { params, body: { name: template.name, definition: template.definition } });
  const stable = { include: [{ kind: "glob" as const, value: "stable" }], exclude: [] };
  await api.call(createRule, {
    params,
    body: {
      name: "Keep stable",
      definition: {
        ...template.definition,
        effect: "protect",
        select: { ...template.definition.select, tags: stable, state: "tagged" },
        when: [],
      },
    },
  });
  const preview = await api.call(previewReclaim, { params, body: { ruleIds: [rule.id] } });
  await api.untilOver(workspaceId, preview.id);
  const weekly = { kind: "cron" as const, expression: "0 3 * * 0", timeZone: "Europe/Berlin" };
  await api.call(createRule, {
    params,
    body: { name: "Every Sunday", definition: { ...template.definition, schedule: weekly } },
  });
  const reclaim = await api.call(startReclaim, { params, body: { ruleIds: [rule.id] } });
  // It takes more than half of the demo.
  await api.untilRun(workspaceId, reclaim.id, "asks first", ({ status }) => status === "awaiting_confirmation");
  await api.call(confirmRun, { params: { workspaceId, runId: reclaim.id } });
  await api.untilOver(workspaceId, reclaim.id);
  const entries = (await api.call(listBinEntries, { params, query: { limit: 500 } })).items;
  const [first, ...others] = entries.filter(({ tags }) => tags.length > 0);
  if (!first || others.length < 20) throw new Error("too little was reclaimed");
  const restore = await api.call(startRestore, { params, body: { entryIds: [first.id] } });
  await api.untilOver(workspaceId, restore.id);
  const purge = await api.call(startPurge, {
    params,
    body: { entryIds: others.slice(-20).map(({ id }) => id), typedName: items[0]?.name ?? "" },
  });
  await api.untilOver(workspaceId, purge.id);
  const gc = await api.call(startGc, { params, body: { deleteUntagged: true } });
  await api.untilOver(workspaceId, gc.id);
  const registryId = items[0]?.registryId ?? "";
  const { link } = await api.call(createInvitation, {
    ...{ params: { workspaceId }, body: { email: "nina@acme.example", role: "editor" } },
  });
  const invitationPath = new URL(link).pathname;
  return {
    ...{ invitationPath },
    spaceId,
    registryId,
    ruleId: rule.id,
    previewRunId: preview.id,
    reclaimRunId: reclaim.id,
    gcRunId: gc.id,
  };
}

/** Every page, with the dialogs that matter. */
export function consolePages({
  spaceId,
  registryId,
  ruleId,
  previewRunId,
  reclaimRunId,
  gcRunId,
  invitationPath,
}: Story): ConsolePage[] {
  const space = `/w/acme/spaces/${spaceId}`;
  const wizard = `${space}/reclaim/new`;
  return [
    { name: "sign-in", path: "/sign-in", isSignedOut: true },
    { name: "api-docs", path: "/docs/api" },
    { name: "api-docs-operation", path: "/docs/api/previewReclaim", open: openBodyFields },
    { name: "overview", path: "/w/acme" },
    { name: "link-ended", path: "/password/none", isSignedOut: true },
    { name: "invitation", path: invitationPath, isSignedOut: true },
    { name: "account", path: "/account" },
    { name: "members", path: "/w/acme/members" },
    { name: "members-invite", path: "/w/acme/members", open: (page) => click(page, "Invite", "dialog") },
    { name: "tokens", path: "/w/acme/tokens" },
    { name: "token-create", path: "/w/acme/tokens", open: (page) => click(page, "Create token", "dialog") },
    { name: "token-made", path: "/w/acme/tokens", open: makeToken },
    { name: "account-tokens", path: "/account/tokens" },
    { name: "token-create-own", path: "/account/tokens", open: (page) => click(page, "Create token", "dialog") },
    { name: "notifications", path: "/w/acme/notifications" },
    { name: "notification-add", path: "/w/acme/notifications", open: (page) => click(page, "Add target", "dialog") },
    { name: "notification-delivery", path: "/w/acme/notifications", open: openDelivery },
    { name: "audit", path: "/w/acme/audit" },
    { name: "audit-entry", path: "/w/acme/audit?area=rules", open: openAuditEntry },
    { name: "audit-refused", path: "/w/acme/audit?outcome=refused" },
    { name: "platform-audit", path: "/w/acme/platform/audit" },
    { name: "registries", path: "/w/acme/registries" },
    { name: "registry-attach", path: "/w/acme/registries", open: (page) => click(page, "Attach registry", "dialog") },
    {
      name: "registry-attach-bucket",
      path: "/w/acme/registries",
      open: async (page) => {
        await click(page, "Attach registry", "dialog");
        await page.getByRole("radio", { name: "A bucket" }).click();
        await page.getByLabel("Secret key").scrollIntoViewIfNeeded();
      },
    },
    { name: "spaces", path: "/w/acme/spaces" },
    { name: "space-bind", path: "/w/acme/spaces", open: (page) => menu(page, "Bind workspaces…", "dialog") },
    { name: "space-create", path: "/w/acme/spaces", open: (page) => click(page, "Create registry space", "dialog") },
    { name: "lifecycle", path: "/w/acme/spaces", open: openLifecycle },
    { name: "clearing-policy", path: `${space}/images`, open: openClearingPolicy },
    { name: "platform-rules", path: "/w/acme/platform/protect-rules" },
    { name: "platform-rule-new", path: "/w/acme/platform/protect-rules", open: openProtectRule },
    { name: "platform-users", path: "/w/acme/platform/users" },
    { name: "platform-user-new", path: "/w/acme/platform/users", open: (page) => click(page, "Create user", "dialog") },
    { name: "platform-workspaces", path: "/w/acme/platform/workspaces" },
    {
      ...{ name: "platform-workspace-new", path: "/w/acme/platform/workspaces" },
      open: (page) => click(page, "Create workspace", "dialog"),
    },
    { name: "platform-quotas", path: "/w/acme/platform/quotas" },
    { name: "not-found", path: "/w/acme/spaces/spc_nothing/images" },
    { name: "images", path: `${space}/images` },
    { name: "images-none", path: `${space}/images?q=no-such-image&state=untagged` },
    { name: "images-filters", path: `${space}/images?kind=index`, open: openFilters },
    { name: "images-open", path: `${space}/images?kind=index`, open: openRow },
    { name: "images-selection", path: `${space}/images`, open: selectTwo },
    { name: "images-keys", path: `${space}/images`, open: showKeys },
    { name: "images-delete", path: `${space}/images`, open: (page) => menu(page, "Delete digest", "alertdialog") },
    { name: "images-repositories", path: `${space}/images?view=repositories`, open: openRepository },
    { name: "image", path: `${space}/images?kind=index`, open: openImage },
    { name: "image-unknown", path: `${space}/images/details?repository=acme/nothing&digest=sha256:0` },
    { name: "images-push", path: `${space}/images`, open: (page) => click(page, "Push an image", "dialog") },
    { name: "reclaim", path: `${space}/reclaim` },
    { name: "rule-run", path: `${space}/reclaim`, open: askToRun },
    { name: "reclaim-selection", path: `${space}/reclaim`, open: selectRules },
    { name: "rule-import", path: `${space}/reclaim`, open: (page) => click(page, "Import", "dialog") },
    { name: "rule-import-result", path: `${space}/reclaim`, open: importPolicy },
    { name: "rule-new", path: wizard },
    { name: "rule-trial", path: wizard, open: tryPattern },
    { name: "rule-copy", path: `${wizard}?from=${ruleId}` },
    { name: "rule-conditions", path: wizard, open: (page) => wizardStep(page, 1) },
    { name: "rule-schedule", path: wizard, open: (page) => wizardStep(page, 2) },
    { name: "rule-cron", path: wizard, open: chooseSchedule },
    { name: "rule-preview", path: wizard, open: (page) => wizardStep(page, 3) },
    { name: "rule-edit", path: `${space}/reclaim/${ruleId}/edit` },
    { name: "preview", path: `${space}/runs/${previewRunId}` },
    {
      name: "preview-filters",
      path: `${space}/runs/${previewRunId}?show=going&sort=size&order=desc`,
      open: openFilters,
    },
    { name: "preview-rules", path: `${space}/runs/${previewRunId}?olderThanDays=1`, open: openRules },
    { name: "preview-none", path: `${space}/runs/${previewRunId}?q=no-such-image` },
    { name: "preview-changes", path: `${space}/runs/${previewRunId}?view=changes` },
    { name: "run", path: `${space}/runs/${reclaimRunId}` },
    { name: "run-changes", path: `${space}/runs/${reclaimRunId}?view=changes` },
    { name: "run-log", path: `${space}/runs/${reclaimRunId}?view=log` },
    { name: "recycle-bin", path: `${space}/recycle-bin` },
    { name: "workspace-bin", path: "/w/acme/recycle-bin" },
    { name: "bin-selection", path: `${space}/recycle-bin`, open: selectTwo },
    { name: "bin-entry", path: `${space}/recycle-bin`, open: (page) => menu(page, "Details", "dialog") },
    { name: "bin-purge", path: `${space}/recycle-bin`, open: (page) => menu(page, "Purge…", "alertdialog") },
    { name: "gc", path: `${space}/gc` },
    { name: "gc-start", path: `${space}/gc`, open: startCollection },
    { name: "gc-schedule", path: `${space}/gc`, open: (page) => click(page, "Set a schedule", "dialog") },
    { name: "gc-history", path: `${space}/gc?view=history`, open: openCollection },
    { name: "gc-registry", path: `/w/acme/registries/${registryId}/gc` },
    { name: "platform-gc", path: "/w/acme/platform/garbage-collection" },
    { name: "gc-run", path: `${space}/runs/${gcRunId}` },
    { name: "storage", path: `${space}/storage` },
    { name: "history", path: `${space}/history` },
    { name: "history-runs", path: `${space}/history?view=runs` },
    { name: "history-images", path: `${space}/history?view=images` },
    { name: "platform", path: "/w/acme/platform" },
    {
      name: "platform-stop",
      path: "/w/acme/platform",
      open: (page) => click(page, "Stop all reclaims…", "alertdialog"),
    },
    { name: "settings", path: `${space}/settings` },
  ];
}

/** Opens a page and waits until nothing in it is being loaded. */
export async function visit(page: Page, url: string, { path, open }: ConsolePage): Promise<void> {
  await page.goto(`${url}${path}`);
  await settled(page);
  if (!open) return;
  await open(page);
  await settled(page);
}

/** As `visit`, from a page of the console that is open: as its links do it, without loading everything anew, which takes ten times as much. */
export async function moveTo(page: Page, url: string, { path, open }: ConsolePage): Promise<void> {
  await page.evaluate((to) => (window as unknown as { next: { router: NextRouter } }).next.router.push(to), path);
  const { pathname } = new URL(path, url);
  await page.waitForURL((reached) => reached.pathname === pathname);
  await settled(page);
  if (!open) return;
  await open(page);
  await settled(page);
}

interface NextRouter {
  push(path: string): void;
}

/** Waits until fonts are there and nothing is loading or on its way in. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading").first()).toBeVisible();
  await expect(page.locator("main [aria-busy=true], [role=dialog] [aria-busy=true]")).toHaveCount(0);
  await page.evaluate(async () => {
    await document.fonts.ready;
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
  });
}

async function openDelivery(page: Page): Promise<void> {
  await page.getByRole("row").filter({ hasText: "A test from" }).getByText("A test from").click();
  await expect(page.getByRole("dialog")).toBeVisible();
}

async function click(page: Page, name: string, opens: "dialog" | "alertdialog"): Promise<void> {
  await page.getByRole("button", { name, exact: true }).first().click();
  await expect(page.getByRole(opens)).toBeVisible();
}

async function menu(page: Page, item: string, opens: "dialog" | "alertdialog"): Promise<void> {
  await page
    .getByRole("button", { name: /^Actions for / })
    .first()
    .click();
  await page.getByRole("menuitem", { name: item }).click();
  await expect(page.getByRole(opens)).toBeVisible();
}

async function askToRun(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Actions for Tidy up" }).click();
  await page.getByRole("menuitem", { name: "Run now" }).click();
  await expect(page.getByRole("dialog")).toContainText(/will move|Nothing matches/);
}

async function wizardStep(page: Page, steps: number): Promise<void> {
  await page.getByRole("button", { name: "Tidy up" }).click();
  await page.getByLabel("Name").fill("Another");
  for (let step = 0; step < steps; step++) await page.getByRole("button", { name: "Next" }).click();
  if (steps === 3) await expect(page.getByRole("table", { name: "Verdict on every image" })).toContainText("kept");
}

async function tryPattern(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Add a pattern to tags", exact: true }).click();
  await page.keyboard.type("pr-*");
  // On a phone the images are behind a button.
  const list = page.getByRole("button", { name: "Show the images" });
  if (await list.isVisible()) await list.click();
  await expect(page.getByRole("list", { name: "Images that the rule finds" }).locator("mark").first()).toBeVisible();
}

async function chooseSchedule(page: Page): Promise<void> {
  await wizardStep(page, 2);
  await page.getByRole("radio", { name: "On a schedule" }).click();
  await page.getByRole("radio", { name: "Weekly" }).click();
  await expect(page.getByText(/^The next five runs/)).toBeVisible();
}

async function importPolicy(page: Page): Promise<void> {
  await click(page, "Import", "dialog");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("The policy, as JSON").fill(JSON.stringify(HARBOR_POLICY));
  await dialog.getByRole("button", { name: "Show what it becomes" }).click();
  await expect(dialog.getByText("What this policy deletes without saying so")).toBeVisible();
}

async function selectRules(page: Page): Promise<void> {
  await page.getByRole("checkbox", { name: "Select Tidy up" }).click();
  await page.getByRole("checkbox", { name: "Select Every Sunday" }).click();
  await expect(page.getByRole("region", { name: "Selection" })).toBeVisible();
}

async function selectTwo(page: Page): Promise<void> {
  const boxes = page.getByRole("checkbox", { name: /^Select acme/ });
  await boxes.nth(0).click();
  await boxes.nth(1).click();
  await expect(page.getByRole("region", { name: "Selection" })).toBeVisible();
}

/** What is shown once. */
async function makeToken(page: Page): Promise<void> {
  await click(page, "Create token", "dialog");
  await page.getByLabel("Name").fill("ci-builds");
  await page.getByRole("radio", { name: "Editor" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Create token" }).click();
  await expect(page.getByRole("dialog", { name: "ci-builds is made" })).toBeVisible();
}

async function openFilters(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Filters/ }).click();
  await expect(page.getByRole("dialog", { name: "Filters" })).toBeVisible();
}

/** By keyboard: on a phone a row has no button for it. */
async function openRow(page: Page): Promise<void> {
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("row", { name: "Details", exact: true })).toBeVisible();
}

async function showKeys(page: Page): Promise<void> {
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
}

async function openRepository(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: /^Versions of/ })
    .first()
    .click();
  await expect(page.getByRole("list", { name: /^Versions of/ })).toBeVisible();
}

async function openImage(page: Page): Promise<void> {
  await page.getByRole("grid", { name: "Images" }).getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: /^Layers/ })).toBeVisible();
}

async function openRules(page: Page): Promise<void> {
  await page.getByText(/as (it was|they were) when this was planned/).click();
  await expect(page.getByText(/^revision \d+$/).first()).toBeVisible();
}

async function startCollection(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^(Empty garbage|Run garbage collection)$/ }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
}

async function openCollection(page: Page): Promise<void> {
  await page.getByRole("list", { name: "History of garbage collection" }).getByRole("button").first().click();
  await expect(page.getByRole("list", { name: "Phases and their times" })).toBeVisible();
}

async function openAuditEntry(page: Page): Promise<void> {
  await page.getByRole("grid", { name: "Audit log" }).getByRole("row").nth(1).click();
  await expect(page.getByRole("dialog")).toBeVisible();
}

async function openLifecycle(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Image Lifecycle Management" }).click();
  await expect(page.getByLabel("Reserve the latest N image tags")).toBeVisible();
}

/** By the address: the list of repositories is behind a button on a phone. */
async function openClearingPolicy(page: Page): Promise<void> {
  const here = new URL(page.url());
  here.searchParams.set("repository", "acme/api");
  await page.goto(here.href);
  await page.getByRole("button", { name: "set an automatic clearing policy" }).click();
  await expect(page.getByLabel("Reserve the latest N image tags")).toBeVisible();
}

async function openProtectRule(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Create protect rule" }).first().click();
  await expect(page.getByRole("dialog", { name: "Create protect rule" })).toBeVisible();
}

async function openBodyFields(page: Page): Promise<void> {
  const body = page.getByRole("list", { name: "Fields of the body" });
  await body
    .getByText(/inside/)
    .first()
    .click();
  await expect(body.getByRole("list").first()).toBeVisible();
}
