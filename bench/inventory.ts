import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { listImages as listImagesOperation, listRepositories, measureImages } from "@/contracts/images";
import { getSpace, listSpaces } from "@/contracts/spaces";
import { type Api, apiOf } from "@/e2e/support/api";
import { signIn } from "@/e2e/support/sign-in";
import { type EndToEndStack, startStack } from "@/e2e/support/stack";
import { type ImageListInput, listImages } from "@/server/images/list-images";
import { measureImages as measureAtDatabase } from "@/server/images/measure-images";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { setConsoleEnv } from "@/testing/console-env";
import { fillLargeInventory } from "@/testing/large-inventory";
import type { TestTenant } from "@/testing/tenant";
import { count, duration, printTable } from "./table";

const SIZE = { repositories: 200, imagesPerRepository: 500, tagsPerImage: 10 };
const ROUNDS = 40;
const SELECTED = 10_000;
const GOALS = { database: 100, http: 200, selection: 1000, memoryMb: 400 };
const say = (text: string) => process.stderr.write(`${text}\n`);

/** A space with 100,000 images and 1,000,000 tags behind the real console: pages in every way of asking, and a large selection. */
export async function run(): Promise<void> {
  const stateDir = mkdtempSync(path.join(tmpdir(), "reclaim-bench-"));
  say("starting the console …");
  const stack = await startStack({ stateDir, isDemo: false });
  try {
    setConsoleEnv({ databaseUrl: stack.databaseUrl, redisUrl: stack.redisUrl });
    const tenant = await makeTenant();
    say("filling in 100,000 images with 1,000,000 tags …");
    await fillLargeInventory(tenant, SIZE);
    const api = apiOf(stack.url, await signIn(stack.url, stack.email, stack.password));
    await benchPages(tenant, api, stack);
  } finally {
    await disconnectPrisma();
    await stack.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** A space of the first workspace, on a registry that nobody answers for: only the inventory is measured. */
async function makeTenant(): Promise<TestTenant> {
  const { id: workspaceId } = await prisma().workspace.findFirstOrThrow();
  const [registryId, spaceId] = [newId("reg"), newId("spc")];
  await prisma().registry.create({
    data: { id: registryId, name: "bench", url: `http://127.0.0.1:1/${registryId}`, auth: "none" },
  });
  await prisma().space.create({ data: { id: spaceId, workspaceId, registryId, name: "bench", prefix: "acme" } });
  return { scope: systemScope(workspaceId, { name: "the bench" }), workspaceId, registryId, spaceId };
}

const PAGES: Record<string, Partial<ImageListInput>> = {
  "first page, newest first": {},
  "first page, largest first": { sort: "size" },
  "first page by name": { sort: "name" },
  "page at 50,000, newest first": { position: 50_000 },
  "page at 90,000 by name": { sort: "name", position: 90_000 },
  "page at 90,000, last pulled": { sort: "pulled", position: 90_000 },
  untagged: { state: "untagged" },
  "untagged, largest first": { state: "untagged", sort: "size" },
  "tag glob v3.17?.3-rc": { tag: "v3.17?.3-rc" },
  "tag glob v*, largest first": { tag: "v*", sort: "size" },
  "search app17": { search: "app17" },
  "search that finds nothing": { search: "nothing-like-it" },
  "idle for 380 days, largest first": { idleDays: 380, sort: "size" },
  "linux/arm64, over 20 MB": { platform: "linux/arm64", minBytes: 20_000_000 },
  "one repository by name": { repository: "acme/team3/app3", sort: "name" },
};

async function benchPages(tenant: TestTenant, api: Api, stack: EndToEndStack): Promise<void> {
  const { workspaceId, spaceId, scope } = tenant;
  const params = { workspaceId, spaceId };
  const rows: string[][] = [];
  for (const [name, query] of Object.entries(PAGES)) {
    const input = { state: "any" as const, sort: "pushed" as const, limit: 100, ...query };
    const database = await p95(() => listImages(scope, { spaceId, ...input }));
    const http = await p95(() => api.call(listImagesOperation, { params, query: input }));
    rows.push([name, ...verdict(database, GOALS.database), ...verdict(http, GOALS.http)]);
  }
  const others: [string, () => Promise<unknown>][] = [
    ["repositories, largest first", () => api.call(listRepositories, { params, query: { sort: "size" } })],
    ["the space", () => api.call(getSpace, { params })],
    ["the list of spaces", () => api.call(listSpaces, { params: { workspaceId } })],
  ];
  for (const [name, ask] of others) rows.push([name, "", "", ...verdict(await p95(ask), GOALS.http)]);
  printTable(
    `${count(SIZE.repositories * SIZE.imagesPerRepository)} images, ${count(SIZE.repositories * SIZE.imagesPerRepository * SIZE.tagsPerImage)} tags: p95 of ${ROUNDS} pages of 100 (goals: ${GOALS.database} ms at the database, ${GOALS.http} ms over HTTP)`,
    ["page", "database", "goal", "HTTP", "goal"],
    rows,
  );

  const keys = await prisma().$queryRaw<{ repositoryName: string; digest: string }[]>`
    SELECT repository_name AS "repositoryName", digest FROM images WHERE space_id = ${spaceId} ORDER BY digest LIMIT ${SELECTED}`;
  const selection = { images: keys };
  const byFilter = { filter: { state: "any" as const, search: "team3" }, except: [] };
  const measures: [string, () => Promise<unknown>][] = [
    [`${count(SELECTED)} images by name, database`, () => measureAtDatabase(scope, { spaceId, selection })],
    [`${count(SELECTED)} images by name, HTTP`, () => api.call(measureImages, { params, body: { selection } })],
    ["a filter that finds 5,500, HTTP", () => api.call(measureImages, { params, body: { selection: byFilter } })],
  ];
  const measured: string[][] = [];
  for (const [name, ask] of measures) measured.push([name, ...verdict(await p95(ask, 7), GOALS.selection)]);
  printTable("Exact bytes of a selection: p95 of 7", ["selection", "time", "goal"], measured);
  printTable(
    "Peak memory after all of it",
    ["process", "peak RSS", "goal"],
    [
      ["web", ...memory(stack.webPid())],
      ["worker", ...memory(stack.workerPid())],
    ],
  );
}

async function p95(ask: () => Promise<unknown>, rounds = ROUNDS): Promise<number> {
  await ask();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    await ask();
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b)[Math.ceil(rounds * 0.95) - 1] ?? Number.NaN;
}

const verdict = (ms: number, goal: number): [string, string] => [duration(ms), ms <= goal ? "met" : "MISSED"];

function memory(pid: number | null): [string, string] {
  const status = pid === null ? "" : readFileSync(`/proc/${pid}/status`, "utf8");
  const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
  return [`${count(peak)} MB`, peak <= GOALS.memoryMb ? "met" : "MISSED"];
}
