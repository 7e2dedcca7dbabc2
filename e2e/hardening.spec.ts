import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Redis } from "ioredis";
import { createMyToken } from "@/contracts/tokens";
import { sharedStack } from "./support/shared-stack";
import type { StackPlace } from "./support/stack";
import { firstWorkspace } from "./support/tenants";

/** What a browser is told and kept from: policies of content, headers of every answer, and requests that other sites start. */
let stack: StackPlace;
let cookie: string;
let storageState: Awaited<ReturnType<typeof firstWorkspace>>["session"]["storageState"];
let workspaceId: string;
let api: Awaited<ReturnType<typeof firstWorkspace>>["api"];

test.beforeAll(async () => {
  stack = await sharedStack();
  const first = await firstWorkspace(stack);
  workspaceId = first.workspaceId;
  api = first.api;
  cookie = first.session.headers.cookie;
  storageState = first.session.storageState;
});

const PAGES = [
  ...["/w/acme", "/w/acme/spaces", "/w/acme/recycle-bin", "/w/acme/registries", "/w/acme/members", "/w/acme/audit"],
  ...["/w/acme/platform", "/w/acme/platform/audit", "/w/acme/nothing-here", "/nothing-here", "/docs/api"],
];

/** What the console of the browser complains of; a missing page says 404 there, which is right. */
function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on("pageerror", (error) => found.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("404")) found.push(message.text());
  });
  return found;
}

test("an address that cannot be decoded is one that nothing has", async () => {
  const ask = async (path: string) => (await fetch(`${stack.url}${path}`, { headers: { cookie } })).status;
  expect(await ask("/api/v1/workspaces/%E0%A4%A")).toBe(404);
  expect(await ask(`/api/v1/workspaces/${workspaceId}/spaces/%zz`)).toBe(404);
  expect(await ask("/v2/registry/%zz")).toBe(401);
  expect(await ask("/w/%zz")).toBe(404);
});

test("a path of the API that no operation has is refused as operations refuse", async () => {
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    for (const path of ["/api/v1", "/api/v1/workspace", `/api/v1/workspaces/${workspaceId}/spices/1`]) {
      const answer = await fetch(`${stack.url}${path}`, { method, headers: { cookie, origin: stack.url } });
      expect([method, path, answer.status, answer.headers.get("content-type")]).toEqual([
        ...[method, path, 404, "application/problem+json"],
      ]);
      expect(await answer.json()).toMatchObject({ code: "not_found", detail: expect.stringContaining("openapi.json") });
    }
  }
});

test("every page runs under a policy without inline scripts, and complains of nothing", async ({ browser }) => {
  test.setTimeout(180_000);
  const context = await browser.newContext({ storageState, colorScheme: "dark" });
  const page = await context.newPage();
  const found = complaints(page);
  const nonces = new Set<string>();
  for (const path of PAGES) {
    const answer = await page.goto(`${stack.url}${path}`);
    const policy = answer?.headers()["content-security-policy"] ?? "";
    const scripts = policy.split("; ").find((part) => part.startsWith("script-src")) ?? "";
    expect(scripts, path).toMatch(/^script-src 'self' 'nonce-[\w+/=]+' 'strict-dynamic'$/);
    nonces.add(scripts);
    await expect(page.getByRole("heading").first(), path).toBeVisible();
    // The theme is set by a script before anything is shown: it must be allowed to run.
    await expect(page.locator("html"), path).toHaveAttribute("data-theme", "dark");
    expect(found.splice(0), path).toEqual([]);
  }
  expect(nonces.size).toBe(PAGES.length);
  // The policy is in force: a script that somebody managed to write into the page does not run.
  await page.goto(`${stack.url}/w/acme`);
  await page.evaluate(() => {
    const script = document.createElement("div");
    script.innerHTML = "<img src=x onerror=\"document.title='owned'\">";
    document.body.append(script);
  });
  await expect.poll(() => found.join()).toContain("Content Security Policy");
  expect(await page.title()).not.toBe("owned");
  await context.close();
});

test("the sign-in page works under the policy, and signs in", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const found = complaints(page);
  await page.goto(`${stack.url}/w/acme`);
  await page.getByLabel("E-mail").fill(stack.email);
  await page.getByLabel("Password", { exact: true }).fill(stack.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/w\/acme$/);
  expect(found).toEqual([]);
  const session = (await context.cookies()).find(({ name }) => name.endsWith("session-token"));
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  await context.close();
});

test("every answer, of pages and of the API, says what it may be used for", async () => {
  for (const path of ["/sign-in", "/api/v1/me", "/api/v1/openapi.json", "/api/health", "/favicon.svg"]) {
    const { headers } = await fetch(`${stack.url}${path}`, { redirect: "manual" });
    expect(Object.fromEntries(headers), path).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
    });
    expect(headers.get("x-powered-by"), path).toBeNull();
  }
  const api = await fetch(`${stack.url}/api/v1/me`, { headers: { cookie } });
  expect(api.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(api.headers.get("cache-control")).toBe("no-store");
});

test("a change that another site starts is refused, and whoever asks cannot choose the address it came from", async () => {
  const change = (headers: Record<string, string>) =>
    fetch(`${stack.url}/api/v1/workspaces/${workspaceId}/spaces/none`, {
      method: "PATCH",
      headers: { cookie, "content-type": "application/json", ...headers },
      body: JSON.stringify({ name: "another" }),
    });
  expect((await change({ origin: "https://evil.example" })).status).toBe(403);
  expect((await change({ origin: "null" })).status).toBe(403);
  expect((await change({ "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await change({ origin: stack.url })).status).toBe(404);
  await change({ origin: stack.url, "x-forwarded-for": "203.0.113.9", "x-reclaim-peer": "203.0.113.10" });
  const log = await fetch(`${stack.url}/api/v1/workspaces/${workspaceId}/audit?outcome=refused`, {
    headers: { cookie },
  });
  const { items } = (await log.json()) as { items: { address: string; action: string }[] };
  const addresses = items.filter(({ action }) => action === "refused.updateSpace").map(({ address }) => address);
  expect(addresses.length).toBeGreaterThanOrEqual(2);
  expect(new Set(addresses)).toEqual(new Set(["127.0.0.1"]));
});

test("no secret is in a log, an answer, a job or the audit log", async () => {
  const planted = { wrong: "planted-wrong-password", registry: "planted-registry-password" };
  const { secret } = await api.call(createMyToken, { body: { name: "planted", role: "viewer" } });
  const post = (path: string, headers: Record<string, string>, body: unknown) =>
    fetch(`${stack.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const answers = [
    // Refused, failing, and done: with the secret in each place that a request has.
    await post(
      `/api/v1/workspaces/${workspaceId}/registries/test`,
      { cookie },
      {
        ...{ url: "http://127.0.0.1:9", auth: "basic", username: "robot", password: planted.registry },
      },
    ),
    await post(
      `/api/v1/workspaces/${workspaceId}/registries`,
      { cookie },
      {
        ...{ name: "planted", url: "http://127.0.0.1:9", auth: "basic", username: "robot", password: planted.registry },
        isPlatformWide: false,
      },
    ),
    await post("/api/v1/me/password", { cookie }, { currentPassword: planted.wrong, newPassword: planted.wrong }),
    await post(
      `/api/v1/workspaces/${workspaceId}/spaces`,
      { authorization: `Bearer ${secret}` },
      { password: planted.wrong },
    ),
    await fetch(`${stack.url}/api/registry/token?scope=repository:acme/x:pull`, {
      headers: { authorization: `Basic ${Buffer.from(`${stack.email}:${planted.wrong}`).toString("base64")}` },
    }),
    await fetch(`${stack.url}/api/v1/workspaces/${workspaceId}/audit/csv`, { headers: { cookie } }),
    await fetch(`${stack.url}/api/v1/platform/audit/csv`, { headers: { cookie } }),
  ];
  const kept = path.join(stack.logs, "../secrets");
  const secrets = [
    ...[planted.wrong, planted.registry, secret, stack.password, cookie.split("=")[1] ?? cookie],
    ...readdirSync(kept, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => readFileSync(path.join(kept, name), "utf8").trim()),
  ].filter((text) => text.length >= 8);
  expect(secrets.length).toBeGreaterThan(8);
  const places = {
    ...Object.fromEntries(await Promise.all(answers.map(async (one) => [one.url, await one.text()] as const))),
    ...Object.fromEntries(
      readdirSync(stack.logs).map((name) => [name, readFileSync(path.join(stack.logs, name), "utf8")]),
    ),
    queue: await everythingIn(stack.redisUrl),
  };
  expect(Object.keys(places)).toEqual(expect.arrayContaining(["web.log", "worker.log"]));
  const found = Object.entries(places).flatMap(([place, text]) =>
    secrets.filter((one) => text.includes(one)).map((one) => `${one.slice(0, 8)}… in ${place}`),
  );
  expect(found).toEqual([]);
});

/** All that Redis holds, as text. */
async function everythingIn(url: string): Promise<string> {
  const redis = new Redis(url);
  const read: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => redis.get(key),
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key),
    zset: (key) => redis.zrange(key, 0, -1),
    stream: (key) => redis.xrange(key, "-", "+"),
  };
  const texts: string[] = [];
  for (const key of await redis.keys("*")) texts.push(key, JSON.stringify(await read[await redis.type(key)]?.(key)));
  redis.disconnect();
  expect(texts.length).toBeGreaterThan(0);
  return texts.join("\n");
}
