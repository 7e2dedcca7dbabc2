import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { openApiDocument } from "@/contracts/openapi";
import { until } from "@/testing/until";
import { consoleExamples, fits, runConsoleExamples, runShell } from "./support/console-examples";
import type { EndToEndStack } from "./support/stack";
import { NO_GRACE, openStack, STEADY_TIMES } from "./support/with-stack";

const ROOT = path.resolve(import.meta.dirname, "..");
/** Online collections wait for nobody's upload, and keep what they take. */
const ONLINE = { RECLAIM_INFLIGHT_WINDOW_SECONDS: "1", RECLAIM_QUARANTINE_HOURS: "1" };
const DOCUMENTED_HOST = "https://reclaim.example.com";

let stack: EndToEndStack;
/** Where the package is installed, and a home folder for each who uses it. */
let folder: string;
let bin: string;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  folder = mkdtempSync(path.join(tmpdir(), "reclaim-cli-"));
  const quiet = ["--offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = (args: string[], cwd: string) => execFileSync("npm", [...args, ...quiet], { cwd, encoding: "utf8" });
  const tarball =
    npm(["pack", "--silent", "--pack-destination", folder], path.join(ROOT, "cli")).trim().split("\n").at(-1) ?? "";
  npm(["install", "-g", "--prefix", path.join(folder, "prefix"), path.join(folder, tarball)], folder);
  bin = path.join(folder, "prefix", "bin");
  stack = await openStack("cli", {
    isDemo: true,
    environment: { ...STEADY_TIMES, ...NO_GRACE, ...ONLINE, RECLAIM_TOKEN_TTL_SECONDS: "15" },
  });
});
test.afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A machine of its own: nothing is configured there, and nobody else's variables are. */
function machine(name: string) {
  const home = mkdtempSync(path.join(folder, `${name}-`));
  writeFileSync(path.join(home, "password.txt"), `${stack.password}\n`);
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, LANG: "C.UTF-8", TERM: "xterm" };
  return { cwd: home, env };
}

const signIn = () =>
  `reclaim login --host ${stack.url} --email ${stack.email} --password-stdin < password.txt > /dev/null || exit 99`;

/** Runs the examples of a document and says of each that does not do as it says. */
async function wrongExamples(
  file: string,
  on: ReturnType<typeof machine> & { before?: Record<string, string> },
): Promise<string[]> {
  const markdown = readFileSync(path.join(ROOT, file), "utf8").replaceAll(DOCUMENTED_HOST, stack.url);
  const examples = consoleExamples(markdown);
  expect(examples.length).toBeGreaterThan(5);
  const results = await runConsoleExamples(examples, on);
  return results.flatMap(({ line, command, expected, printed, exitCode }, at) => {
    // A command that fails says so: the document asks for its exit code right after it.
    const isFailureShown = results[at + 1]?.command === "echo $?" || command.includes("|");
    const isWrong = !fits(printed, expected) || (exitCode !== 0 && !isFailureShown);
    return isWrong
      ? [`${file}:${line} $ ${command}\nexit code ${exitCode}\n--- printed\n${printed}\n--- expected\n${expected}`]
      : [];
  });
}

test("N-18 D-26 D-28 D-29 D-30 D-31 D-32 every example of docs/CLI.md does what it says", async () => {
  test.setTimeout(240_000);
  // Somebody is about to push: the collection waits for them, so that it can be looked at and cancelled.
  const scope = "service=reclaim&scope=repository:acme/api:pull,push";
  const writer = `curl -sf -u ${stack.email}:${stack.password} "${stack.url}/api/registry/token?${scope}"`;
  const before = { "reclaim gc start --include-untagged-manifests --force": writer };
  expect(await wrongExamples("docs/CLI.md", { ...machine("documented"), before })).toEqual([]);
});

test("N-18 every example of docs/API.md does what it says", async () => {
  expect(await wrongExamples("docs/API.md", machine("api"))).toEqual([]);
});

test("N-18 the console gives out the OpenAPI document, to whoever asks", async () => {
  const response = await fetch(`${stack.url}/api/v1/openapi.json`);
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test("N-18 the page of the API: found by a word, read without signing in, on a narrow screen too", async ({ page }) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(`${stack.url}/docs/api`);
  await expect(page.getByRole("heading", { level: 1, name: "API" })).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("preview rules");
  const operations = page.getByRole("navigation", { name: "Operations" });
  await expect(operations.getByRole("link")).toHaveCount(1);
  await operations.getByRole("link", { name: "previewReclaim" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Preview rules");
  await expect(page.getByRole("figure", { name: "curl line" })).toContainText(
    `${stack.url}/api/v1/workspaces/$WORKSPACE_ID`,
  );
  await expect(page.getByRole("list", { name: "Fields of the answer" })).toContainText("status");
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(operations).toBeHidden();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "API" }).click();
  await expect(operations).toBeVisible();
  expect((await page.goto(`${stack.url}/docs/api/noSuchOperation`))?.status()).toBe(404);
  expect(errors.filter((text) => !text.includes("404"))).toEqual([]);
});

test("what signing in saves is for one's own eyes, and signing out ends the token", async () => {
  const on = machine("private");
  const { output, exitCode } = await runShell(`${signIn()}; cat .config/reclaim/config.json`, on);
  expect(exitCode, output).toBe(0);
  const file = path.join(on.cwd, ".config/reclaim/config.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  const { token } = Object.values(JSON.parse(output).hosts as Record<string, { token: string }>)[0] ?? { token: "" };
  expect(token).toMatch(/^rcl_pat_/);
  const after = await runShell(
    `reclaim logout && cat .config/reclaim/config.json; RECLAIM_HOST=${stack.url} RECLAIM_TOKEN=${token} reclaim whoami`,
    on,
  );
  expect(after.output).not.toContain("rcl_pat_");
  expect(after.exitCode, after.output).toBe(3);
});

test("D-27 a collection starts on a terminal only once somebody agrees to the registry being read-only", async () => {
  const on = machine("terminal");
  // `script` gives the command a terminal, on which the answer is typed.
  const typed = (answer: string) => `printf '${answer}\\n' | script -qec "reclaim gc start --dry-run" /dev/null`;
  const enable = `reclaim api call setGcEnablement --body '{"isEnabled":true}' > /dev/null`;
  const refused = await runShell(`${signIn()}; ${enable}; ${typed("n")}`, on);
  expect(refused.output).toContain("is read-only while garbage is collected: pushes are refused, pulls are served");
  expect(refused.output).toContain("Nothing was done.");
  expect(refused.output).not.toMatch(/^run_/m);
  expect((await runShell("reclaim gc get-active", on)).exitCode).toBe(4);
  const agreed = await runShell(typed("y"), on);
  const runId = /^run_\w+/m.exec(agreed.output)?.[0] ?? "";
  expect(runId, agreed.output).not.toBe("");
  const watched = await runShell(`script -qec "reclaim run watch ${runId}" /dev/null`, on);
  expect(watched.output).toContain("garbage collection (dry run): done.");
  expect(watched.output, "a progress bar").toMatch(/\[[█░]+\]/);
});

test("D-30 N-07 images are destroyed by name alone; what an online collection took is put back; a rule is edited in an editor", async () => {
  const on = machine("undo");
  const enable = `reclaim api call setGcEnablement --body '{"isEnabled":true}' > /dev/null`;
  const images = await runShell(
    `${signIn()}; ${enable}; reclaim image list --repository acme/docs-site --tag nightly --json`,
    on,
  );
  expect(JSON.parse(images.output).items, images.output).toHaveLength(1);
  // Nobody is there to type the name, and somebody types another one.
  const destroy = "reclaim image delete acme/docs-site:nightly --skip-bin";
  const refused = await runShell(`${destroy} < /dev/null; echo "exit $?"`, on);
  expect(refused.output).toMatch(/This destroys 1 image with [\s\S]*add --force to go on\.\nexit 2/);
  const mistyped = await runShell(`printf 'no\\n' | script -qec "${destroy}" /dev/null`, on);
  expect(mistyped.output).toContain("Nothing was done.");
  const destroyed = await runShell(
    `${destroy} --force && reclaim image show acme/docs-site:nightly; echo "exit $?"`,
    on,
  );
  expect(destroyed.output).toMatch(/deletion: done\. 1 image destroyed\.[\s\S]*exit 4/);
  expect((await runShell("reclaim bin list --repository acme/docs-site --search nightly --json", on)).output).toContain(
    '"items": []',
  );

  const started = await runShell(
    "reclaim gc start --include-untagged-manifests --mode online --force 2> warning.txt",
    on,
  );
  const runId = started.output.trim();
  expect(runId, started.output).toMatch(/^run_\w+$/);
  // It waits for writers anyway: meanwhile rules are edited.
  writeFileSync(path.join(on.cwd, "editor.sh"), 'sed -i "s/nothing/something/" "$1"\n');
  writeFileSync(path.join(on.cwd, "vandal.sh"), 'echo "{" > "$1"\n');
  const edited = await runShell(
    [
      'reclaim rule create Edited --tag "nothing-*" --idle 30:pushed --disabled > /dev/null',
      'EDITOR="sh editor.sh" reclaim rule edit Edited > shown.txt; echo "exit $?"',
      "reclaim rule show Edited --json | grep sentence",
      'EDITOR=false reclaim rule edit Edited; echo "exit $?"',
      'EDITOR="sh vandal.sh" reclaim rule edit Edited; echo "exit $?"',
      'reclaim rule edit Edited; echo "exit $?"',
      "reclaim rule edit Edited --idle 60:pushed --name Later --json | grep revision",
    ].join("\n"),
    on,
  );
  const lines = edited.output.trim().split("\n");
  expect(
    lines.filter((line) => line.startsWith("exit")),
    edited.output,
  ).toEqual(["exit 0", "exit 2", "exit 2", "exit 2"]);
  expect(edited.output).toContain("images tagged `something-*`, older than 30 days");
  expect(edited.output).toContain("The editor ended with an error: nothing was changed.");
  expect(edited.output).toContain("What you wrote is no JSON");
  expect(edited.output).toContain("Set EDITOR, or say with options what is to change.");
  expect(lines.at(-1)).toContain('"revision": 3');

  const watched = await runShell(`reclaim run watch ${runId}`, on);
  expect(watched.output).toMatch(
    /garbage collection: done\. [1-9][\d,]* blobs? put aside, .*: freed when they are deleted/,
  );
  const undone = await runShell(`reclaim gc undo ${runId}; reclaim gc undo ${runId}; reclaim gc undo run_none`, on);
  expect(undone.output).toMatch(new RegExp(`^${runId}\n${runId}\nNot found`));
  expect(undone.exitCode).toBe(4);
  await until("what it took is back", async () =>
    / [1-9][\d,]* blobs? put back, 0 B freed /.test((await runShell("reclaim gc list --limit 1", on)).output),
  );
});

test("a run is followed by asking again where no stream comes through", async () => {
  const on = machine("behind-a-proxy");
  const proxy = await proxyWithoutStreams(stack.url);
  try {
    const host = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
    const login = signIn().replace(stack.url, host);
    // Nothing is planned before it is followed: who looks late finds it over.
    const workerPid = stack.workerPid();
    if (workerPid === null) throw new Error("the worker does not run");
    process.kill(workerPid, "SIGSTOP");
    let asked: ReturnType<typeof runShell>;
    try {
      asked = runShell(`${login}; reclaim rule preview --untagged --state any --kind any --json`, on);
      await until("a stream is refused", () => proxy.refused() > 0);
    } finally {
      process.kill(workerPid, "SIGCONT");
    }
    const { output, exitCode } = await asked;
    expect(exitCode, output).toBe(0);
    expect(output).toContain('"status": "succeeded"');
  } finally {
    await new Promise((done) => proxy.server.close(done));
  }
});

/** A proxy as there are some: whatever is a stream fails. */
async function proxyWithoutStreams(target: string): Promise<{ server: Server; refused: () => number }> {
  let refused = 0;
  const server = createServer((incoming, answer) => {
    if (incoming.url?.endsWith("/stream")) {
      refused += 1;
      answer.writeHead(502).end();
      return;
    }
    const passed = httpRequest(
      new URL(incoming.url ?? "/", target),
      { method: incoming.method ?? "GET", headers: { ...incoming.headers, connection: "close" } },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    incoming.pipe(passed);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { server, refused: () => refused };
}

test("shells complete commands and options", async () => {
  const on = machine("shell");
  const complete = (words: string, at: number) =>
    `eval "$(reclaim completion bash)"; COMP_WORDS=(reclaim ${words}); COMP_CWORD=${at}; _reclaim; echo "\${COMPREPLY[@]}"`;
  expect((await runShell(complete("gc st", 2), on)).output.trim()).toBe("status start");
  expect((await runShell(complete("gc start --inc", 3), on)).output.trim()).toBe("--include-untagged-manifests");
  expect((await runShell(complete("r", 1), on)).output.trim()).toBe("registry rule run");
  for (const shell of ["zsh", "fish"]) {
    expect((await runShell(`reclaim completion ${shell}`, on)).output).toContain("reclaim __complete --");
  }
});

test("scripts get JSON on standard output, problems on standard error, and a code that says what it was", async () => {
  const on = machine("script");
  const { output } = await runShell(
    [
      signIn(),
      "reclaim space list --json 2> /dev/null | head -c 1; echo",
      "reclaim run show run_none --json 2> problem.json; echo $?",
      "cat problem.json",
      "reclaim rule frobnicate; echo $?",
      'reclaim rule create broken --idle 30:moon; echo "$?"',
      "RECLAIM_TOKEN=rcl_pat_wrong reclaim workspace list; echo $?",
      "reclaim --host http://127.0.0.1:9 whoami; echo $?",
      "RECLAIM_TOKEN=rcl_pat_any reclaim --host http://127.0.0.1:9 whoami; echo $?",
    ].join("\n"),
    on,
  );
  const lines = output.trim().split("\n");
  expect(lines[0]).toBe("{");
  expect(lines[1]).toBe("4");
  expect(JSON.parse(lines[2] ?? "")).toMatchObject({ status: 404, code: "not_found" });
  expect(output).toMatch(/unknown command 'frobnicate'[\s\S]*\n2\n/);
  expect(output).toMatch(/when\[0\]\.clock: choose the clock[\s\S]*\n2\n/);
  expect(output).toMatch(/Sign in first: .*\n3\n/);
  expect(output).toMatch(/You are not signed in at .*\n3\n/);
  expect(output).toMatch(/cannot be reached.*\n1\n$/);
});
