import { execFileSync } from "node:child_process";
import { operationUrl } from "@/contracts/call";
import { getGcStatus } from "@/contracts/gc";
import { listRuns } from "@/contracts/history";
import { listImages } from "@/contracts/images";
import type { Operation } from "@/contracts/operation";
import { listSpaces } from "@/contracts/spaces";
import { createMyToken } from "@/contracts/tokens";
import type { EndToEndStack } from "@/e2e/support/stack";
import { firstWorkspace } from "@/e2e/support/tenants";
import { openStack } from "@/e2e/support/with-stack";
import { measureWrapper } from "./api-wrapper";
import { cpuMsOf } from "./cpu-time";
import { type Ask, closedLoad, type Load, openLoad, quantile } from "./load";
import { count, printTable } from "./table";

const CLIENTS = 50;
const LOAD_MS = 10_000;
const WARM_UP_MS = 3_000;
const TOKENS_PER_SECOND = 200;

/**
 * Hot reads of the built console under 50 clients at once, the registry's token endpoint at 200 requests a second with the console on one
 * core, and what authentication adds to a request.
 */
export async function run(): Promise<void> {
  const stack = await openStack("bench-api", { isDemo: true });
  try {
    const { workspaceId, session, api } = await firstWorkspace(stack);
    const [space] = (await api.call(listSpaces, { params: { workspaceId } })).items;
    const spaceId = space?.id ?? "";
    const body = { name: "bench", role: "admin" as const };
    const { secret } = await api.call(createMyToken, { body });
    await stack.killWorker();
    const isPinned = pinToOneCore(stack.webPid());
    const bearer = { authorization: `Bearer ${secret}` };
    const place = { workspaceId, spaceId };
    const address = (operation: Operation) => `${stack.url}${operationUrl(operation, { params: place })}`;
    const reads: [string, Operation][] = [
      ["spaces", listSpaces],
      ["images, a page of 100", listImages],
      ["runs", listRuns],
      ["garbage collection", getGcStatus],
    ];
    const rows: string[][] = [];
    for (const [name, operation] of reads) {
      for (const [who, headers] of [
        ["a session", session.headers],
        ["an API token", bearer],
      ] as const) {
        rows.push([`${name}, by ${who}`, ...(await closed(stack, { url: address(operation), headers }))]);
      }
    }
    rows.push(["/api/health, by nobody", ...(await closed(stack, { url: `${stack.url}/api/health`, headers: {} }))]);
    const where = isPinned ? "the console on one core" : "the console on all cores";
    const head = ["", "requests/s", "p50", "p95", "p99", "cpu each", "wrong"];
    printTable(`Reads under ${CLIENTS} clients, ${where}`, head, rows);

    const password = `Basic ${Buffer.from(`${stack.email}:${stack.password}`).toString("base64")}`;
    const token = `Basic ${Buffer.from(`anybody:${secret}`).toString("base64")}`;
    const tokens: string[][] = [];
    for (const [who, authorization] of [
      ["an API token", token],
      ["a password", password],
    ] as const) {
      for (const actions of ["pull", "pull,push"]) {
        const scope = `repository:acme/web:${actions}`;
        const url = `${stack.url}/api/registry/token?service=reclaim&scope=${encodeURIComponent(scope)}`;
        tokens.push([`${actions}, by ${who}`, ...(await open(stack, { url, headers: { authorization } }))]);
      }
    }
    printTable(`Registry tokens at ${TOKENS_PER_SECOND} requests/s, ${where}`, head, tokens);
  } finally {
    await stack.stop();
  }
  await measureWrapper();
}

async function closed(stack: EndToEndStack, ask: Ask): Promise<string[]> {
  await closedLoad(ask, { clients: CLIENTS, ms: WARM_UP_MS });
  return measured(stack, () => closedLoad(ask, { clients: CLIENTS, ms: LOAD_MS }));
}

async function open(stack: EndToEndStack, ask: Ask): Promise<string[]> {
  await openLoad(ask, { perSecond: TOKENS_PER_SECOND, ms: WARM_UP_MS });
  return measured(stack, () => openLoad(ask, { perSecond: TOKENS_PER_SECOND, ms: LOAD_MS }));
}

async function measured(stack: EndToEndStack, work: () => Promise<Load>): Promise<string[]> {
  const pid = stack.webPid() ?? 0;
  const before = cpuMsOf(pid);
  const { timesMs, wrong, tookMs } = await work();
  const ms = (share: number) => `${quantile(timesMs, share).toFixed(1)} ms`;
  return [
    ...[count((timesMs.length * 1000) / tookMs), ms(0.5), ms(0.95), ms(0.99)],
    ...[`${((cpuMsOf(pid) - before) / timesMs.length).toFixed(2)} ms`, String(wrong)],
  ];
}

/** Whether all threads of a process now share one core; not every system can. */
function pinToOneCore(pid: number | null): boolean {
  try {
    execFileSync("/usr/bin/taskset", ["-a", "-p", "-c", "0", String(pid)], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
