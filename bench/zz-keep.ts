import { writeFileSync } from "node:fs";
import { prisma } from "@/server/platform/db/prisma";
import { fillLargeInventory } from "@/testing/large-inventory";
import { createTestTenant } from "@/testing/tenant";
import { startBenchServices } from "./services";
const LONG_AGO = new Date("2020-01-01");
const services = await startBenchServices();
const out: string[] = [];
for (const [name, size] of Object.entries({ S: { repositories: 50, imagesPerRepository: 200 }, M: { repositories: 60, imagesPerRepository: 500 }, L: { repositories: 300, imagesPerRepository: 1000 } })) {
  if (!process.argv.slice(2).includes(name)) continue;
  const t = performance.now();
  const tenant = await createTestTenant({ name: "acme", prefix: "acme" });
  await fillLargeInventory(tenant, { ...size, tagsPerImage: 3.4 });
  await prisma().registry.update({ where: { id: tenant.registryId }, data: { pullTrackingSince: LONG_AGO } });
  await prisma().space.update({ where: { id: tenant.spaceId }, data: { createdAt: LONG_AGO } });
  out.push(`export SPACE_${name}=${tenant.spaceId}`);
  console.log(name, tenant.spaceId, (performance.now() - t) / 1000);
  writeFileSync("/tmp/lead/keep.sh", [...out, `export DBPID=${services.databasePid}`, ...["DATABASE_URL", "REDIS_URL", "NEXTAUTH_SECRET", "NEXTAUTH_URL", "RECLAIM_ENCRYPTION_KEY"].filter((k) => process.env[k]).map((k) => `export ${k}='${process.env[k]}'`)].join("\n") + "\n");
}
console.log("ready", process.pid);
process.on("SIGTERM", async () => { await services.stop(); process.exit(0); });
setInterval(() => {}, 1e6);
