import { spawn } from "node:child_process";
import path from "node:path";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { listSessions } from "@/contracts/account";
import { createInvitation } from "@/contracts/members";
import { freePort } from "@/scripts/services/free-port";
import { apiOf } from "./support/api";
import { type OidcServer, startOidcProvider } from "./support/oidc-provider";
import { table } from "./support/screen";
import { signIn } from "./support/sign-in";
import type { EndToEndStack } from "./support/stack";
import { createTenant, firstWorkspace, type Tenant } from "./support/tenants";
import { openStack } from "./support/with-stack";

/** Who gets in, who has to wait, who does not, and how to be out everywhere. */
const ROOT = path.resolve(import.meta.dirname, "..");
const WRONG = "This e-mail and password do not belong together.";

let stack: EndToEndStack;
let oidc: OidcServer;
let tenant: Tenant;
let contexts: BrowserContext[] = [];
let newPage: () => Promise<Page>;

test.beforeAll(async ({ browser }) => {
  oidc = await startOidcProvider({
    "subject-known": { email: "Viewer@West.example", isEmailVerified: true, name: "Viola Viewer" },
    "subject-unverified": { email: "admin@west.example", isEmailVerified: false, name: "Not Really" },
    "subject-unknown": { email: "stranger@else.example", isEmailVerified: true, name: "Stella Stranger" },
    "subject-invited": { email: "ivo@else.example", isEmailVerified: true, name: "Ivo Invited" },
  });
  stack = await openStack("sign-in", {
    isDemo: false,
    environment: {
      RECLAIM_OIDC_ISSUER: oidc.issuer,
      RECLAIM_OIDC_CLIENT_ID: oidc.clientId,
      RECLAIM_OIDC_CLIENT_SECRET: oidc.clientSecret,
      RECLAIM_OIDC_NAME: "Acme ID",
    },
  });
  oidc.serve(stack.url);
  tenant = await createTenant(stack, "west");
  newPage = async () => {
    const context = await browser.newContext();
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    return page;
  };
});
test.afterEach(async () => {
  for (const context of contexts) await context.close();
  contexts = [];
});
test.afterAll(async () => {
  await stack?.stop();
  await oidc?.stop();
});

async function tryToSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

for (const email of ["editor@west.example", "nobody@west.example"]) {
  test(`K-11 ${email}: wrong passwords are said to be wrong, and after five there is a wait, account or not`, async () => {
    const page = await newPage();
    await page.goto(`${stack.url}/sign-in`);
    for (let i = 0; i < 5; i++) {
      await tryToSignIn(page, email, `wrong ${i}`);
      await expect(page.getByRole("alert").filter({ hasText: WRONG })).toBeVisible();
      await page.getByLabel("Password").fill("");
    }
    // The right one of a real account, too. `createTenant` signed it in from this very address: it is counted apart there.
    await tryToSignIn(page, email, "yet another wrong one");
    await expect(page.getByRole("alert").filter({ hasText: "Too many attempts. Try again in" })).toBeVisible();
    const basic = `Basic ${Buffer.from(`${email}:one more`).toString("base64")}`;
    const answer = await fetch(`${stack.url}/api/registry/token?service=reclaim-registry`, {
      headers: { authorization: basic },
    });
    expect([401, 429]).toContain(answer.status);
    expect(await answer.text()).toContain("Too many attempts");
  });
}

test("a password is changed on screen, which ends the other sessions", async () => {
  const email = "viewer@west.example";
  const old = tenant.members.viewer.password;
  const elsewhere = await signIn(stack.url, email, old);
  const page = await newPage();
  await page.goto(`${stack.url}/account`);
  await tryToSignIn(page, email, old);
  await page.waitForURL("**/account");
  await expect(page.getByText("your API tokens go on until you revoke them")).toBeVisible();
  const form = page.getByRole("form", { name: "Password" });
  await form.getByLabel("Current password").fill("not it");
  await form.getByLabel("New password").fill("viewers new password");
  await form.getByLabel("The same once more").fill("viewers new password");
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(form.getByText("This is not your current password.")).toBeVisible();
  await form.getByLabel("Current password").fill(old);
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText(/^Your password was changed\. .* ended\.$/)).toBeVisible();
  await expect(apiOf(stack.url, elsewhere).call(listSessions, {})).rejects.toMatchObject({ problem: { status: 401 } });
  await expect(signIn(stack.url, email, old)).rejects.toThrow("could not sign in");
  await signIn(stack.url, email, "viewers new password");
});

test("sessions are listed, ended one by one, and all at once", async () => {
  const { email, password } = tenant.members.admin;
  const other = apiOf(stack.url, await signIn(stack.url, email, password));
  const third = apiOf(stack.url, await signIn(stack.url, email, password));
  const page = await newPage();
  await page.goto(`${stack.url}/sign-in?callbackUrl=/account`);
  await tryToSignIn(page, email, password);
  await page.waitForURL("**/account");
  const rows = table(page, "Sessions").getByRole("row");
  // Of `createTenant`, the two above, this one, and the head.
  await expect(rows).toHaveCount(5);
  await expect(rows.filter({ hasText: "This one" })).toContainText(/Chrome on \w+/);
  await rows
    .getByRole("button", { name: /^Sign out/ })
    .first()
    .click();
  await expect(rows).toHaveCount(4);
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Sign out" }).click();
  await expect(rows).toHaveCount(2);
  for (const api of [other, third])
    await expect(api.call(listSessions, {})).rejects.toMatchObject({ problem: { status: 401 } });
  await page.getByRole("button", { name: "Sign out everywhere", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  await page.goto(`${stack.url}/account`);
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
});

/** Through the provider's own pages, as the person with this subject. */
async function signInElsewhere(page: Page, subject: string, from = "/sign-in"): Promise<void> {
  await page.goto(`${stack.url}${from}`);
  await page.getByRole("button", { name: "Sign in with Acme ID" }).click();
  await page.locator("input[name=login]").fill(subject);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("single sign-on lets in whom the provider's verified address names, and back where they wanted to go", async () => {
  const page = await newPage();
  await signInElsewhere(page, "subject-known", "/sign-in?callbackUrl=/w/west/members");
  await page.waitForURL("**/w/west/members");
  await expect(table(page, "Members").getByRole("row").filter({ hasText: "you" })).toContainText("viewer@west.example");
  // The session is one of the console's, and ends like any other.
  await page.goto(`${stack.url}/account`);
  await expect(table(page, "Sessions").getByRole("row").filter({ hasText: "This one" })).toHaveCount(1);
});

test("single sign-on lets in nobody who is unknown, nor for an address that nobody verified", async () => {
  const stranger = await newPage();
  await signInElsewhere(stranger, "subject-unknown");
  await expect(stranger.getByText("You have no account here and no open invitation.")).toBeVisible();
  const impostor = await newPage();
  await signInElsewhere(impostor, "subject-unverified");
  await expect(impostor.getByText("Your provider does not say that your e-mail address is yours")).toBeVisible();
  for (const page of [stranger, impostor]) {
    await page.goto(`${stack.url}/account`);
    await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  }
});

test("single sign-on makes an account for whoever is invited", async () => {
  const { api, workspaceId } = await firstWorkspace(stack);
  await api.call(createInvitation, { params: { workspaceId }, body: { email: "ivo@else.example", role: "editor" } });
  const page = await newPage();
  await signInElsewhere(page, "subject-invited");
  await page.waitForURL("**/w/acme/spaces");
  await page.goto(`${stack.url}/account`);
  await expect(page.getByText("You have no password here")).toBeVisible();
});

/** Starts the console as somebody would by hand, in production, and answers with how it ended and what it said. */
async function startByHand(environment: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const port = String(await freePort());
  const child = spawn(
    process.execPath,
    [path.join(ROOT, "node_modules/next/dist/bin/next"), "start", "-H", "127.0.0.1", "-p", port],
    { cwd: ROOT, env: { PATH: process.env.PATH ?? "", NODE_ENV: "production", ...environment } },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearTimeout(timer);
  return { code, said };
}

test("production does not start with placeholders for secrets, and says which", async () => {
  test.setTimeout(90_000);
  const complete = {
    DATABASE_URL: stack.databaseUrl,
    REDIS_URL: stack.redisUrl,
    RECLAIM_URL: stack.url,
    RECLAIM_CA_DIR: path.join(stack.logs, "../secrets/ca"),
    RECLAIM_SESSION_SECRET: "k7Jq2vXw9LmZp4Rt8YbNc3Hd6Fg1Ss5A",
    RECLAIM_EVENTS_SECRET: "p4Rt8YbNc3Hd6Fg1Ss5Ak7Jq2vXw9LmZ",
    RECLAIM_ENCRYPTION_KEY: "5q0n7bE1m3xkQJf8zC2vYt6RrW9uHsLpA4dGiOeK+zM=",
  };
  const missing: Record<string, string> = { ...complete };
  delete missing.RECLAIM_SESSION_SECRET;
  const none = await startByHand(missing);
  expect(none.said).toContain("RECLAIM_SESSION_SECRET");
  expect(none.code).not.toBe(0);
  const wrong = await startByHand({
    ...complete,
    RECLAIM_SESSION_SECRET: "changeme-changeme-changeme",
    RECLAIM_ENCRYPTION_KEY: Buffer.alloc(32).toString("base64"),
  });
  expect(wrong.said).toContain("RECLAIM_SESSION_SECRET is a placeholder");
  expect(wrong.said).toContain("RECLAIM_ENCRYPTION_KEY is no random key");
  expect(wrong.said).not.toContain("changeme-changeme");
  expect(wrong.code).not.toBe(0);
});
