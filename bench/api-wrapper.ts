import { NextRequest } from "next/server";
import { encode } from "next-auth/jwt";
import type { Operation } from "@/contracts/operation";
import { listSpaces as listSpacesOperation } from "@/contracts/spaces";
import { createMyToken } from "@/server/access/create-my-token";
import { insertSession } from "@/server/platform/auth/access.store";
import type { Actor } from "@/server/platform/auth/actor";
import { openScope, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env, resetEnvForTests } from "@/server/platform/env";
import { closeRateLimits } from "@/server/platform/http/rate-limit";
import { publicRoute, workspaceRoute } from "@/server/platform/http/route";
import { newId } from "@/server/platform/new-id";
import { listSpaces } from "@/server/spaces/list-spaces";
import { createTestTenant } from "@/testing/tenant";
import { ownCpuMs } from "./cpu-time";
import { startBenchServices } from "./services";
import { printTable } from "./table";

const REQUESTS = 1_000;
const ROUNDS = 2;
type Route = ReturnType<typeof workspaceRoute>;

/** What it costs to find out who asks: the same answers with and without it, in this process, one request after another. */
export async function measureWrapper(): Promise<void> {
  const services = await startBenchServices();
  // Counted as always, and never too many.
  process.env.RECLAIM_API_REQUESTS_PER_MINUTE = "1000000000";
  resetEnvForTests();
  try {
    const { workspaceId } = await createTestTenant();
    const userId = newId("usr");
    await prisma().user.create({ data: { id: userId, email: "a@x.example", name: "Ada", passwordHash: "" } });
    await prisma().member.create({ data: { workspaceId, userId, role: "admin" } });
    const actor: Actor & { kind: "user" } = {
      ...{
        kind: "user",
        userId,
        name: "Ada",
        email: "a@x.example",
        isPlatformAdmin: false,
        sessionId: "",
        token: null,
      },
    };
    const { secret } = await createMyToken(actor, {
      ...{ name: "bench", role: "admin", workspaceId: null, spaceIds: null, expiresInDays: null },
    });
    const claims = { sessionId: await insertSession(userId, "bench") };
    const cookie = await encode({ token: claims, secret: env().RECLAIM_SESSION_SECRET });
    const scope = await openScope(actor, workspaceId);
    const bySession = { cookie: `next-auth.session-token=${cookie}` };
    const byToken = { authorization: `Bearer ${secret}` };

    const rows: string[][] = [];
    const nothing = { ...listSpacesOperation, response: { parse: (value: unknown) => value } } as unknown as Operation;
    const fixed = { text: "x".repeat(10_000) };
    const answers: [string, Operation, (scope: WorkspaceScope) => Promise<unknown>][] = [
      ["10 kB without any question", nothing, () => Promise.resolve(fixed)],
      ["spaces", listSpacesOperation, (known) => listSpaces(known, {})],
    ];
    for (const [name, operation, answer] of answers) {
      const open = publicRoute({ ...operation, access: { kind: "public" } }, () => answer(scope) as never);
      const guarded = workspaceRoute(operation, (known) => answer(known) as never);
      const params = { workspaceId };
      const base = await measure(open, {}, params);
      rows.push(row(`${name}, by nobody`, base, base));
      rows.push(row(`${name}, by a session`, await measure(guarded, bySession, params), base));
      rows.push(row(`${name}, by an API token`, await measure(guarded, byToken, params), base));
    }
    const head = ["", "each", "cpu each", "beside nobody's"];
    printTable(`One request after another, best of ${ROUNDS} rounds of ${REQUESTS}`, head, rows);
    closeRateLimits();
    await disconnectPrisma();
  } finally {
    await services.stop();
  }
}

interface Cost {
  ms: number;
  cpuMs: number;
}

async function measure(route: Route, headers: Record<string, string>, params: Record<string, string>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const cpuBefore = ownCpuMs();
    const began = performance.now();
    for (let n = 0; n < REQUESTS; n++) {
      const request = new NextRequest("http://127.0.0.1/api/v1/x", { headers });
      const answer = await route(request, { params: Promise.resolve(params) });
      if (answer.status !== 200) throw new Error(await answer.text());
      await answer.text();
    }
    costs.push({ ms: (performance.now() - began) / REQUESTS, cpuMs: (ownCpuMs() - cpuBefore) / REQUESTS });
  }
  // The first round is for the compiler.
  const [best = costs[0]] = costs.slice(1).sort((a, b) => a.ms - b.ms);
  if (!best) throw new Error("nothing was measured");
  return best;
}

function row(name: string, cost: Cost, base: Cost): string[] {
  return [name, `${cost.ms.toFixed(3)} ms`, `${cost.cpuMs.toFixed(3)} ms`, `${(cost.ms / base.ms).toFixed(2)}×`];
}
