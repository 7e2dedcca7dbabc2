import type { CrawlDto } from "@/contracts/crawls";

const count = (n: number, one: string, many: string) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** How far a reading has come: "Reading… 12 of 40 repositories · 3,400 manifests". */
export function crawlProgressText(crawl: CrawlDto): string {
  if (crawl.isCancelRequested) return "Stopping…";
  if (crawl.status === "queued") return "Waiting to be read…";
  const { repositoriesTotal: total, repositoriesDone: done, manifestsRead } = crawl;
  if (total === null) return crawl.spaceId === null ? "Reading the registry…" : "Listing repositories…";
  const manifests = manifestsRead > 0 ? ` · ${count(manifestsRead, "manifest", "manifests")}` : "";
  return `Reading… ${done.toLocaleString("en")} of ${count(total, "repository", "repositories")}${manifests}`;
}

/** What a reading that has ended says for itself; null where everything was read. */
export function crawlProblemText(crawl: CrawlDto): string | null {
  if (crawl.status === "failed") return crawl.error ?? "The registry could not be read.";
  if (crawl.status === "succeeded") return crawl.error;
  return null;
}
