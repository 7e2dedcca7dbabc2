import { expect, type Locator, type Page, test } from "@playwright/test";
import { previewReclaim, startReclaim } from "@/contracts/reclaim";
import { startMailServer, type TestMailServer } from "@/testing/mail-server";
import { until } from "@/testing/until";
import { isSignedBy, startWebhookReceiver, type WebhookReceiver } from "@/testing/webhook-receiver";
import { settled } from "./support/pages";
import { table } from "./support/screen";
import type { EndToEndStack } from "./support/stack";
import {
  createFilledSpace,
  createTenant,
  reclaimSome,
  type Tenant,
  type TenantSpace,
  takeTags,
} from "./support/tenants";
import { NO_GRACE, openStack, STEADY_TIMES } from "./support/with-stack";

/** A workspace tells a webhook and people by e-mail what happens: added, tested, sent, refused and sent again, on screen. */
test.describe.configure({ mode: "serial" });

let stack: EndToEndStack;
let receiver: WebhookReceiver;
let mail: TestMailServer;
let north: Tenant;
let space: TenantSpace;
let page: Page;
let secret = "";
let ruleId = "";

test.beforeAll(async ({ browser }) => {
  [receiver, mail] = await Promise.all([startWebhookReceiver(), startMailServer()]);
  stack = await openStack("notifications", {
    isDemo: false,
    environment: { ...STEADY_TIMES, ...NO_GRACE, RECLAIM_ALLOW_PRIVATE_WEBHOOKS: "true", SMTP_URL: mail.url },
  });
  north = await createTenant(stack, "north");
  const tenant = { workspaceId: north.workspaceId, api: north.admin, session: north.members.admin };
  space = await createFilledSpace(stack, tenant, { prefix: "north", repositories: 1, imagesPerRepository: 4 });
  page = await browser.newPage({ storageState: north.members.admin.storageState });
  page.setDefaultTimeout(15_000);
});
test.afterAll(async () => {
  await page?.context().close();
  await stack?.stop();
  await Promise.all([receiver?.stop(), mail?.stop()]);
});

async function goTo(on = page): Promise<void> {
  await on.goto(`${stack.url}/w/north/notifications`);
  await settled(on);
}

async function openDialog(): Promise<Locator> {
  await page.getByRole("button", { name: "Add target" }).first().click();
  return page.getByRole("dialog", { name: "Add a target" });
}

async function choose(what: string, target: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${target}` }).click();
  await page.getByRole("menuitem", { name: what }).click();
}

/** The rule of before takes what is left for it: nothing, and its run ends all the same. */
async function rerun(place: { workspaceId: string; spaceId: string }): Promise<void> {
  const { id } = await north.admin.call(startReclaim, { params: place, body: { ruleIds: [ruleId] } });
  await north.admin.untilOver(place.workspaceId, id);
}

const targetRow = (name: string) => table(page, "Targets").getByRole("row").filter({ hasText: name });
const deliveryRow = (title: string) => table(page, "Deliveries").getByRole("row").filter({ hasText: title });

test("N-15 a webhook is added: what is wrong is said, its secret is shown once, and a test shows whether it arrives", async () => {
  await goTo();
  await expect(page.getByText("Nobody is told of anything yet")).toBeVisible();
  const dialog = await openDialog();
  await dialog.getByLabel("Name").fill("CI");
  await dialog.getByLabel("URL").fill("not an address");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(dialog.getByText("use an http or https address")).toBeVisible();
  await dialog.getByLabel("URL").fill("http://169.254.169.254/latest");
  await dialog.getByRole("checkbox", { name: "A reclaim, restore or purge ended" }).check();
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("private or reserved network");
  await dialog.getByLabel("URL").fill(`${receiver.url}/hooks/hidden-part`);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  const shown = page.getByRole("dialog", { name: "Signing secret of CI" });
  secret = (await shown.locator("code").first().textContent()) ?? "";
  expect(secret).toMatch(/^whsec_/);
  await shown.getByRole("button", { name: "Done" }).click();
  await expect(targetRow("CI")).toContainText("nothing sent yet");
  await expect(page.getByText("hidden-part")).toHaveCount(0);

  await choose("Send a test", "CI");
  await expect(page.getByText("CI took the test")).toBeVisible();
  await expect(deliveryRow("A test from north")).toContainText("Delivered");
  expect(receiver.received).toHaveLength(1);
  const [hook] = receiver.received;
  expect(hook && isSignedBy(hook, secret)).toBe(true);
});

test("N-15 a run that ends is told of within seconds, signed, with a link to it", async () => {
  const place = { workspaceId: north.workspaceId, spaceId: space.spaceId };
  const reclaimed = await reclaimSome(north.admin, place, takeTags("v0"));
  ruleId = reclaimed.ruleId;
  const hook = await until("the webhook came", async () =>
    receiver.received.find(({ body }) => body.type === "run.finished"),
  );
  expect(isSignedBy(hook, secret)).toBe(true);
  const data = hook.body.data as { title: string; url: string; run: { id: string } };
  expect(data).toMatchObject({ title: "Reclaim of north is done", run: { id: reclaimed.runId } });
  await page.goto(data.url);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Reclaim run");
});

test("N-15 people get e-mail when a preview is ready", async () => {
  await goTo();
  const dialog = await openDialog();
  await dialog.getByRole("combobox", { name: "Kind" }).click();
  await page.getByRole("option", { name: "E-mail" }).click();
  await dialog.getByLabel("Name").fill("People");
  await dialog.getByLabel("Recipients").fill("ops@north.example, dev@north.example");
  await dialog.getByRole("checkbox", { name: "A preview is ready" }).check();
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(targetRow("People")).toContainText("ops@north.example, dev@north.example");
  const params = { workspaceId: north.workspaceId, spaceId: space.spaceId };
  await north.admin.call(previewReclaim, { params, body: { ruleIds: [ruleId] } });
  const message = await until("the message came", async () => mail.received[0]);
  expect(message.to).toEqual(["ops@north.example", "dev@north.example"]);
  expect(message.raw).toMatch(/^Subject: \[north\] Preview of north is done\r?$/m);
});

test("N-15 what is refused is said with the reason, tried again, and sent at once when somebody asks", async () => {
  receiver.answerWith(...Array.from({ length: 20 }, () => 503));
  const place = { workspaceId: north.workspaceId, spaceId: space.spaceId };
  await rerun(place);
  await goTo();
  await expect(targetRow("CI")).toContainText("it answered 503", { timeout: 30_000 });
  await page.getByRole("radio", { name: "Waiting" }).click();
  await deliveryRow("Reclaim of north is done").getByText("Reclaim of north is done").click();
  const sheet = page.getByRole("dialog", { name: "Reclaim of north is done" });
  await expect(sheet.getByRole("list", { name: "Attempts" })).toContainText("It answered 503");
  receiver.answerWith();
  await sheet.getByRole("button", { name: "Send again" }).click();
  await expect(page.getByText("It is sent again within seconds")).toBeVisible();
  await page.getByRole("radio", { name: "Delivered" }).click();
  await expect(deliveryRow("Reclaim of north is done")).toHaveCount(2, { timeout: 30_000 });
  await expect(targetRow("CI")).toContainText("On");
});

test("N-15 it is switched off, renamed and removed; who may not is told so", async ({ browser }) => {
  await goTo();
  await choose("Switch off", "CI");
  await expect(targetRow("CI")).toContainText("Off");
  await choose("Edit…", "CI");
  const dialog = page.getByRole("dialog", { name: "Edit CI" });
  await dialog.getByLabel("Name").fill("Old CI");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(targetRow("Old CI")).toBeVisible();
  await choose("Remove…", "Old CI");
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(targetRow("Old CI")).toHaveCount(0);
  const editor = await browser.newPage({ storageState: north.members.editor.storageState });
  await goTo(editor);
  const add = editor.getByRole("button", { name: "Add target" }).first();
  await expect(add).toHaveAttribute("aria-disabled", "true");
  await expect(editor.getByRole("button", { name: /^Actions for/ })).toHaveCount(0);
  await editor.context().close();
  const viewer = await browser.newPage({ storageState: north.members.viewer.storageState });
  await goTo(viewer);
  await expect(viewer.getByText("Only workspace admins and editors can see notifications")).toBeVisible();
  await viewer.context().close();
});
