import { performance } from "node:perf_hooks";
import type { BinFilterDto } from "@/contracts/recycle-bin";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { listBinEntries } from "@/server/recycle-bin/list-bin-entries";
import { listBinFacets } from "@/server/recycle-bin/list-bin-facets";
import { previewRetention } from "@/server/recycle-bin/preview-retention";
import { summarizeBin } from "@/server/recycle-bin/summarize-bin";
import { fillLargeBin } from "@/testing/large-bin";
import { createTestTenant } from "@/testing/tenant";
import { startBenchServices } from "./services";
import { count, duration, printTable } from "./table";

const ENTRIES = Number(process.env.BENCH_ENTRIES ?? 1_000_000);
const ROUNDS = 40;
const GOAL_MS = 100;
const say = (text: string) => process.stderr.write(`${text}\n`);

/** The list of a bin with 1,000,000 entries at the database, as the API asks for it: pages of 100 with what purging each would free. */
export async function run(): Promise<void> {
  const services = await startBenchServices();
  try {
    const [tenant, other] = [await createTestTenant(), await createTestTenant()];
    say(`filling in ${count(ENTRIES)} entries …`);
    await fillLargeBin(tenant, ENTRIES);
    await fillLargeBin(other, 10_000);
    const { scope, spaceId } = tenant;
    const rule = `${spaceId}-rule-3`;
    const list = (query: Partial<Parameters<typeof listBinEntries>[1]>) =>
      listBinEntries(scope, { spaceId, limit: 100, ...query });
    const first = await list({});
    const pages: Record<string, Partial<Parameters<typeof listBinEntries>[1]>> = {
      "space, first page": {},
      "space, second page": { cursor: first.nextCursor ?? "" },
      "space, soonest due first": { sort: "due" },
      "space, largest first": { sort: "size" },
      "space, by name": { sort: "name" },
      "all spaces, first page": { spaceId: undefined },
      "all spaces, largest first": { spaceId: undefined, sort: "size" },
      "of a rule (1 of 12)": { ruleId: rule },
      "of a run (1 of 200)": { runId: `${spaceId}-run-17` },
      "of a person (1 of 40)": { actor: "Person 8" },
      "of a repository (1 of 500)": { repository: "acme/team3/app3" },
      charts: { kind: "chart" },
      "search that finds one": { search: "app103:v9001.900103" },
      "search that finds nothing": { search: "nothing-like-it" },
      "search that finds many": { search: "team7" },
      stuck: { state: "stuck" },
      "due within 3 days": { state: "due" },
    };
    // What a statement costs that does nothing: how busy the machine is beside this.
    const rows = [
      ["a statement that does nothing", ...shown(await measure(ROUNDS, () => prisma().$queryRaw`SELECT 1`)), ""],
    ];
    for (const [name, query] of Object.entries(pages)) {
      const times = await measure(ROUNDS, () => list(query));
      rows.push([name, ...shown(times), at(times, 0.95) <= GOAL_MS ? "yes" : "no"]);
    }
    printTable(
      `Pages of 100 entries of a bin with ${count(ENTRIES)}, with count and freed bytes`,
      ["", "p50", "p95", `p95 ≤ ${GOAL_MS} ms`],
      rows,
    );
    const sums: Record<string, () => Promise<unknown>> = {
      "sum of all": () => summarizeBin(scope, { state: "any", spaceId }),
      "sum of a run, with what its purge frees": () =>
        summarizeBin(scope, filterOf({ runId: `${spaceId}-run-17` }, spaceId)),
      "what can be filtered by": () => listBinFacets(scope, { spaceId }),
      "what another retention does": () => previewRetention(scope, { spaceId, days: 7 }),
    };
    const others = [];
    for (const [name, work] of Object.entries(sums)) others.push([name, ...shown(await measure(5, work))]);
    printTable("Beside the list", ["", "p50", "p95"], others);
  } finally {
    await disconnectPrisma();
    await services.stop();
  }
}

const filterOf = (filter: Partial<BinFilterDto>, spaceId: string) => ({ state: "any" as const, ...filter, spaceId });

async function measure(rounds: number, work: () => Promise<unknown>): Promise<number[]> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = performance.now();
    await work();
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b);
}

const at = (times: readonly number[], part: number) =>
  times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
const shown = (times: readonly number[]) => [duration(at(times, 0.5)), duration(at(times, 0.95))];
