import { expect, type Locator, type Page, test } from "@playwright/test";
import { getMe } from "@/contracts/access";
import { getGcStatus } from "@/contracts/gc";
import { createSpace } from "@/contracts/spaces";
import type { S3Location } from "@/domain/registries/s3-location";
import { formatBytes } from "@/lib/bytes";
import { buildImage, buildLayer } from "@/scripts/demo/oci-image";
import { createImagePusher } from "@/scripts/demo/push-image";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { startTestS3Server, type TestS3Server } from "@/testing/s3-server";
import { keysOf, putObject } from "@/testing/s3-tree";
import { skopeoPull } from "@/testing/skopeo";
import { sha256Of } from "@/testing/storage/storage-tree";
import { until } from "@/testing/until";
import { type Api, apiOf } from "./support/api";
import { settled } from "./support/pages";
import { table } from "./support/screen";
import { signIn } from "./support/sign-in";
import type { EndToEndStack } from "./support/stack";
import { NO_GRACE, openStack, STEADY_TIMES } from "./support/with-stack";

/** A registry whose blobs are in a bucket: attached by a platform admin, collected, and told of in the history. */
test.describe.configure({ mode: "serial" });

const REGISTRY = "Bucketful";
const LIVE_MS = 60_000;
const ORPHANS = 12;

let stack: EndToEndStack;
let server: TestS3Server;
let registry: TestRegistry;
let location: S3Location;
let page: Page;
let api: Api;
let workspaceId: string;

test.beforeAll(async ({ browser }) => {
  const environment = { ...STEADY_TIMES, ...NO_GRACE, RECLAIM_INFLIGHT_WINDOW_SECONDS: "1" };
  [stack, server] = await Promise.all([openStack("bucket", { isDemo: false, environment }), startTestS3Server()]);
  location = await server.createBucket({ root: "images/one" });
  registry = await startTestRegistry({ bucket: { location, secretAccessKey: server.secretAccessKey } });
  await push();
  const session = await signIn(stack.url, stack.email, stack.password);
  api = apiOf(stack.url, session);
  workspaceId = (await api.call(getMe, {})).workspaces[0]?.id ?? "";
  page = await (await browser.newContext({ storageState: session.storageState })).newPage();
  page.setDefaultTimeout(15_000);
});
test.afterAll(async () => {
  await page?.context().close();
  await Promise.all([stack?.stop(), registry?.stop(), server?.stop()]);
});

/** A tag that was pushed twice: what it led to before has no tag any more. */
async function push(): Promise<void> {
  const pusher = createImagePusher({ registryUrl: registry.url, username: null, password: null });
  for (const build of ["before", "now"]) {
    const layers = [await buildLayer(build, [{ path: "app", sizeBytes: 30_000 }])];
    await pusher.push("goods/app", buildImage({ layers, createdAt: new Date(0), labels: { build } }), "latest");
  }
  pusher.close();
}

/** Blobs that no manifest names, as interrupted pushes leave them. */
async function leaveOrphans(): Promise<void> {
  for (let i = 0; i < ORPHANS; i++) {
    const hex = sha256Of(`nobody needs ${i}`).slice("sha256:".length);
    const key = `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
    await putObject(server, location, key, `nobody needs ${i}`);
  }
}

const dialog = () => page.getByRole("dialog");
const field = (name: string): Locator => dialog().getByRole("textbox", { name: new RegExp(`^${name}`) });
const blobs = async () => (await keysOf(server, location)).filter((key) => key.includes("/blobs/")).length;

test("K-35 K-39 K-06 a registry in a bucket is tested with it and attached; what it can do is shown", async () => {
  await page.goto(`${stack.url}/w/acme/registries`);
  await page.getByRole("button", { name: "Attach registry" }).first().click();
  await field("Name").fill(REGISTRY);
  await field("Address").fill(registry.url);
  await dialog().getByRole("radio", { name: "Every workspace" }).click();
  await dialog().getByRole("radio", { name: "None" }).click();
  await dialog().getByRole("radio", { name: "A bucket" }).click();
  await field("Bucket").fill(location.bucket);
  await field("Endpoint").fill(server.endpoint);
  await field("Root directory").fill(location.root);
  await field("Access key").fill(server.accessKeyId);
  await dialog().getByLabel("Secret key").fill("a wrong one");
  await dialog().getByRole("button", { name: "Test connection" }).click();
  const found = dialog().getByRole("list", { name: "What the test found" });
  await expect(found).toContainText("The bucket cannot be read: the secret key is wrong");
  await dialog().getByLabel("Secret key").fill(server.secretAccessKey);
  await dialog().getByRole("button", { name: "Test connection" }).click();
  await expect(found).toContainText("The bucket is this registry's storage");
  await dialog().getByRole("button", { name: "Attach registry" }).click();
  await expect(dialog()).toHaveCount(0);

  const row = table(page, "Registries").getByRole("row").filter({ hasText: REGISTRY });
  await expect(row).toContainText("Healthy");
  await row.getByRole("button", { name: REGISTRY, exact: true }).click();
  await expect(found).toContainText("The bucket is this registry's storage");
  await expect(dialog()).not.toContainText(server.secretAccessKey);
  await page.keyboard.press("Escape");
});

test("K-06 D-12 D-25 a collection of it frees what it says, and its history tells the same", async () => {
  await page.getByRole("button", { name: `Actions for ${REGISTRY}` }).click();
  await page.getByRole("menuitem", { name: "Garbage collection" }).click();
  await page.waitForURL(/\/registries\/reg_[^/]+\/gc$/);
  const registryId = /reg_[^/]+/.exec(page.url())?.[0] ?? "";
  await page.getByRole("button", { name: "Enable", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Enable", exact: true }).click();
  const body = { name: "goods", registryId, prefix: "goods" };
  const { id: spaceId } = await api.call(createSpace, { params: { workspaceId }, body });
  await leaveOrphans();
  const before = await blobs();

  await page.goto(`${stack.url}/w/acme/registries/${registryId}/gc`);
  await settled(page);
  await page.getByRole("button", { name: /^(Empty garbage|Run garbage collection)$/ }).click();
  // Nobody can be kept out of a registry that takes pushes from everybody.
  await expect(dialog().getByRole("radio", { name: "Read-only" })).toBeDisabled();
  await expect(dialog().getByRole("radio", { name: "Online" })).toBeChecked();
  await expect(dialog()).toContainText("If the bucket keeps versions");
  // A screen shows all of it at once, the precautions with the box that confirms them.
  await expect(dialog().getByRole("checkbox", { name: "Confirm to clean up" })).toBeInViewport();
  await dialog().getByRole("checkbox", { name: "Confirm to clean up" }).check();
  await dialog().getByRole("button", { name: "Empty Garbage", exact: true }).click();
  await expect(page.getByText("The last collection is done")).toBeVisible({ timeout: LIVE_MS });

  const { lastSavings, unused } = await until("its savings", async () => {
    const status = await api.call(getGcStatus, { params: { workspaceId, spaceId } });
    return status.lastSavings === null ? null : status;
  });
  const freed = formatBytes(lastSavings?.freedBytes ?? 0);
  // The image that the tag led to before: its manifest, configuration and layer.
  await expect(page.getByText(`${ORPHANS + 3} blobs and 1 manifest deleted, ${freed} freed.`)).toBeVisible();
  expect(before - (await blobs())).toBe(ORPHANS + 3);
  expect(unused?.blobCount).toBe(0);
  const image = { registryUrl: registry.url, repository: "goods/app", reference: "latest" };
  expect((await skopeoPull(image)).ok).toBe(true);

  await page.goto(`${stack.url}/w/acme/registries/${registryId}/gc?view=history`);
  const history = page.getByRole("list", { name: "History of garbage collection" });
  await expect(history).toContainText(`enabled garbage collection for ${REGISTRY}`);
  const collection = history.getByRole("button", { name: `${freed} freed, ${ORPHANS + 3} blobs` });
  await collection.click();
  await expect(history).toContainText("untagged manifests deleted too, online, until done");
});
