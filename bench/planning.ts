import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { fillLargeInventory, type LargeInventory } from "@/testing/large-inventory";
import { createTestTenant } from "@/testing/tenant";
import { cpuMsOf } from "./cpu-time";
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
      const rounds = images <= SMALL_IMAGES ? ROUNDS_SMALL : 1;
      const before = cpuMsOf(services.databasePid);
      const measure = await measurePlanning(tenant.spaceId, rounds);
      rows.push([name, ...cells(measure, images, (cpuMsOf(services.databasePid) - before) / rounds)]);
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
      ],
      rows,
    );
  } finally {
    await disconnectPrisma();
    await services.stop();
  }
}

function cells(measure: PlanningMeasure, images: number, databaseMs: number): string[] {
  return [
    ...[duration(measure.ms), count(images / (measure.ms / 1000)), duration(measure.cpuMs), duration(databaseMs)],
    ...[`${count(measure.peakRssMb)} MB`, `${count(measure.peakRssMb - measure.idleRssMb)} MB`],
    ...[count(measure.items), count(measure.kept)],
  ];
}
