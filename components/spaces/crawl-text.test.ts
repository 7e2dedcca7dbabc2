import { expect, test } from "vitest";
import type { CrawlDto } from "@/contracts/crawls";
import { crawlProblemText, crawlProgressText } from "./crawl-text";

const crawl: CrawlDto = {
  ...{ id: "crawl_1", registryId: "reg_1", spaceId: "spc_1", status: "running", trigger: "manual", source: "api" },
  ...{ requestedByName: null, isCancelRequested: false, isCancellable: true, error: null },
  ...{ repositoriesTotal: 40, repositoriesDone: 12, repositoriesFailed: 0, manifestsRead: 3400 },
  ...{ createdAt: "2026-01-01T00:00:00.000Z", startedAt: null, finishedAt: null },
};

test("a reading says how far it has come, and nothing that it does not know", () => {
  expect(crawlProgressText(crawl)).toBe("Reading… 12 of 40 repositories · 3,400 manifests");
  expect(crawlProgressText({ ...crawl, manifestsRead: 1, repositoriesTotal: 1 })).toContain(
    "of 1 repository · 1 manifest",
  );
  expect(crawlProgressText({ ...crawl, manifestsRead: 0 })).toBe("Reading… 12 of 40 repositories");
  expect(crawlProgressText({ ...crawl, repositoriesTotal: null })).toBe("Listing repositories…");
  expect(crawlProgressText({ ...crawl, repositoriesTotal: null, spaceId: null })).toBe("Reading the registry…");
  expect(crawlProgressText({ ...crawl, status: "queued" })).toBe("Waiting to be read…");
  expect(crawlProgressText({ ...crawl, isCancelRequested: true })).toBe("Stopping…");
});

test("one that failed, or could not read all, says why; one that was cancelled needs no reason", () => {
  expect(crawlProblemText({ ...crawl, status: "failed", error: "no answer" })).toBe("no answer");
  expect(
    crawlProblemText({ ...crawl, status: "succeeded", error: "1 of 40 repositories could not be read" }),
  ).toContain("1 of 40");
  expect(crawlProblemText({ ...crawl, status: "succeeded" })).toBeNull();
  expect(crawlProblemText({ ...crawl, status: "cancelled" })).toBeNull();
});
