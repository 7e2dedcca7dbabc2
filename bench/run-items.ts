import { RUN_ITEM_SORTS, type RunItemFilterDto } from "@/contracts/run-items";
import { listRunItems } from "@/server/history/list-run-items";
import { summarizeRunItems } from "@/server/history/summarize-run-items";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { createTestRun, digestOf, rulesOf } from "@/testing/run-items";
import { createTestTenant } from "@/testing/tenant";
import { startBenchServices } from "./services";
import { count, duration, printTable } from "./table";

const IMAGES = 100_000;
const ROUNDS = 20;
const FILTERS: RunItemFilterDto[] = [
  {},
  { action: "going" },
  { action: "keep", minBytes: 500_000 },
  { search: "app17:v1" },
  { search: digestOf(1).slice(0, 20) },
  { ruleId: "b", olderThanDays: 30, repository: "acme/team1/app41" },
];

/** The table of a run of 100,000 images at the database: pages in every order, with filters, and their sums. */
export async function run(): Promise<void> {
  const services = await startBenchServices();
  try {
    const { scope, runId } = await fill();
    const rows: string[][] = [];
    for (const sort of RUN_ITEM_SORTS)
      rows.push([`by ${sort}`, duration(await p95(() => listRunItems(scope, { runId, sort, limit: 250 }))), ""]);
    for (const filter of FILTERS) {
      const page = await p95(() => listRunItems(scope, { runId, ...filter, sort: "size", limit: 250 }));
      const sums = await p95(() => summarizeRunItems(scope, { runId, ...filter }));
      rows.push([`${JSON.stringify(filter)} by size`, duration(page), duration(sums)]);
    }
    printTable(
      `The table of a run of ${count(IMAGES)} images: p95 of ${ROUNDS}`,
      ["rows", "page of 250", "sums"],
      rows,
    );
  } finally {
    await disconnectPrisma();
    await services.stop();
  }
}

async function fill() {
  const tenant = await createTestTenant();
  const { workspaceId, scope } = tenant;
  const { id: runId } = await createTestRun(tenant, [{}], { options: rulesOf("a", "b") });
  await prisma().$executeRaw`
    INSERT INTO run_items (run_id, ordinal, workspace_id, action, state, repository_name, digest, kind, tags, selected_tags, reason, reason_code,
      members, rule_id, size_bytes, unique_bytes, own_bytes, shared_bytes, pushed_at, last_pulled_at)
    SELECT ${runId}, i, ${workspaceId}, CASE WHEN i < ${IMAGES}::int * 2 / 5 THEN 'recycle' ELSE 'keep' END, CASE WHEN i < ${IMAGES}::int * 2 / 5 THEN 'planned' ELSE 'kept' END,
      'acme/team' || i % 40 || '/app' || i % 300, 'sha256:' || encode(sha256(i::text::bytea), 'hex'), 'image', ARRAY['v' || i, 'build-' || i], ARRAY['v' || i],
      jsonb_build_object('code', 'selected', 'text', 'reclaimed by rule *a*: idle 132 days (pushed)', 'plan', jsonb_build_object('hits', jsonb_build_array(jsonb_build_object('ruleId', 'a', 'because', repeat(md5(i::text), 20)), jsonb_build_object('ruleId', 'c')))),
      'selected', '[]', CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END, (i * 7919) % 1000000, 5, (i * 31) % 1000, 3,
      now() - make_interval(hours => i), CASE WHEN i % 3 = 0 THEN now() - make_interval(mins => i) END
    FROM generate_series(1, ${IMAGES}::int) i`;
  await prisma().$executeRaw`ANALYZE run_items`;
  return { scope, runId };
}

async function p95(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const since = performance.now();
    await ask();
    times.push(performance.now() - since);
  }
  return times.sort((a, b) => a - b)[Math.ceil(ROUNDS * 0.95) - 1] ?? Number.NaN;
}
