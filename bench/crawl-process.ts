import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { builtProgram } from "./built-program";

const SELF = fileURLToPath(import.meta.url);

export interface CrawlMeasure {
  ms: number;
  /** of the process that crawled, Node itself included */
  peakRssMb: number;
  repositories: number;
  failed: number;
}

/** Crawls a registry in a process of its own, so that its memory is its own; the time is without the process's start. */
export async function measureCrawl(registryId: string, isThorough: boolean): Promise<CrawlMeasure> {
  const child = spawn(process.execPath, [await builtProgram(import.meta.url), registryId, String(isThorough)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: process.env,
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the crawl ended with ${code}`);
  return JSON.parse(output) as CrawlMeasure;
}

if (process.argv[1] === SELF) {
  const { crawlRegistry } = await import("@/server/images/crawl-registry");
  const { prisma } = await import("@/server/platform/db/prisma");
  const [registryId = "", isThorough] = process.argv.slice(2);
  await prisma().$queryRaw`SELECT 1`;
  const startedAt = performance.now();
  const read = await crawlRegistry(registryId, new AbortController().signal, { isThorough: isThorough === "true" });
  const measure: CrawlMeasure = {
    ms: performance.now() - startedAt,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    ...read,
  };
  process.stdout.write(JSON.stringify(measure), () => process.exit(0));
}
