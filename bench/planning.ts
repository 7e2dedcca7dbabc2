import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { fillLargeInventory, type LargeInventory } from "@/testing/large-inventory";
import { createTestTenant } from "@/testing/tenant";
import { cpuMsOf, machineTicks } from "./cpu-time";
import { measurePlanning, type PlanningMeasure } from "./planning-process";
import { startBenchServices } from "./services";
import { count, duration, printTable } from "./table";

const LONG_AGO = new Date("2020-01-01");
const TAGS_PER_IMAGE = 3.4;
const SIZES: Record<string, Omit<LargeInventory, "tagsPerImage">> = {
  "10,000 tags": { repositories: 15, imagesPerRepository: 200 },
  "33,000 tags: a preview of 10,000 images": { repositories: 50, imagesPerRepository: 200 },
  "100,000 tags": { repositories: 60, imagesPerRepository: 500 },
  "1,000,000 tags, 300,000 images": { repositories: 300, imagesPerRepository: 1000 },
  "200,000 tags in one repository": { repositories: 1, imagesPerRepository: 60_000 },
};
/** The median of the last half of these is measured: a worker has planned before. */
const ROUNDS_SMALL = 24;
/** A preview takes less than what a machine does now and then on its own: it is measured in so many processes, one after the other. */
const PROCESSES_SMALL = 3;
const SMALL_IMAGES = 10_000;

/** Plans previews with 15 rules, from PostgreSQL to stored verdicts, of spaces that grow; each in a process of its own. */
export async function run(): Promise<void> {
  const services = await startBenchServices();
  try {
    const rows: string[][] = [];
    for (const [name, size] of Object.entries(SIZES)) {
      process.stderr.write(`filling ${name} …\n`);
      const tenant = await createTestTenant({ name: "acme", prefix: "acme" });
      await fillLargeInventory(tenant, { ...size, tagsPerImage: TAGS_PER_IMAGE });
      await prisma().registry.update({ where: { id: tenant.registryId }, data: { pullTrackingSince: LONG_AGO } });
      await prisma().space.update({ where: { id: tenant.spaceId }, data: { createdAt: LONG_AGO } });
      // What a database does about so many new rows is over before anybody measures.
      await prisma().$executeRaw`VACUUM (ANALYZE)`;
      await prisma().$executeRaw`CHECKPOINT`;
      const images = size.repositories * size.imagesPerRepository;
      const [rounds, processes] = images <= SMALL_IMAGES ? [ROUNDS_SMALL, PROCESSES_SMALL] : [1, 1];
      const database = cpuMsOf(services.databasePid);
      const machine = machineTicks();
      const measures: PlanningMeasure[] = [];
      for (let i = 0; i < processes; i++) measures.push(await measurePlanning(tenant.spaceId, rounds));
      const databaseMs = (cpuMsOf(services.databasePid) - database) / (rounds * processes);
      rows.push([name, ...cells(measures, images, databaseMs), stolenSince(machine)]);
    }
    printTable(
      "From PostgreSQL to stored verdicts, 15 rules",
      [
        "space",
        "time",
        "images/s",
        "processor: worker",
        "processor: database",
        "peak memory",
        "above idle",
        "goes",
        "stays",
        "stolen",
      ],
      rows,
    );
  } finally {
    await disconnectPrisma();
    await services.stop();
  }
}

/** The median of several processes, with the fastest and the slowest of them; the most memory that any of them took. */
function cells(measures: readonly PlanningMeasure[], images: number, databaseMs: number): string[] {
  const sorted = [...measures].sort((a, b) => a.ms - b.ms);
  const [fastest, measure, slowest] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  if (!fastest || !measure || !slowest) throw new Error("nothing was measured");
  const range = sorted.length === 1 ? "" : ` (${duration(fastest.ms)} to ${duration(slowest.ms)})`;
  const most = (of: (measure: PlanningMeasure) => number) => `${count(Math.max(...measures.map(of)))} MB`;
  return [
    ...[`${duration(measure.ms)}${range}`, count(images / (measure.ms / 1000))],
    ...[duration(measure.cpuMs), duration(databaseMs)],
    ...[most(({ peakRssMb }) => peakRssMb), most(({ peakRssMb, idleRssMb }) => peakRssMb - idleRssMb)],
    ...[count(measure.items), count(measure.kept)],
  ];
}

/** The share of the machine's time that its host gave to others since then. */
function stolenSince(before: ReturnType<typeof machineTicks>): string {
  const now = machineTicks();
  return `${(((now.stolen - before.stolen) * 100) / Math.max(1, now.all - before.all)).toFixed(1)} %`;
}
