import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);

/** Executes a crawl in a process of its own, with this process's environment, so that a test can kill it. */
export function startCrawlProcess(crawlId: string): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", SELF, crawlId], { stdio: "ignore", env: process.env });
}

if (process.argv[1] === SELF && process.argv[2] !== undefined) {
  const { executeCrawl } = await import("@/server/images/execute-crawl");
  await executeCrawl(process.argv[2], `process-${process.pid}`, new AbortController().signal);
  process.exit(0);
}
