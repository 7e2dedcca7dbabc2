import { isDatabaseLost } from "@/server/platform/db/is-database-lost";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import { newId } from "@/server/platform/new-id";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import {
  type CrawlProgress,
  type CrawlRecord,
  claimCrawl,
  findCrawl,
  finishCrawl,
  heartbeatCrawl,
  releaseCrawl,
} from "./crawl.store";
import { crawlFailure } from "./crawl-failure";
import { crawlRegistry } from "./crawl-registry";
import { enqueueCrawlJob } from "./enqueue-crawl-job";

const HEARTBEAT_MS = 700;
/** Claims of one crawl before it is given up: one that kills its worker each time must not do so for ever. */
const CLAIMS_MAX = 20;

/** Why a crawl's signal aborted. */
class CrawlStopped extends Error {
  override readonly name = "CrawlStopped";
  constructor(readonly reason: "cancelled" | "fenced" | "shutdown") {
    super(`the crawl was stopped: ${reason}`);
  }
}

type Outcome = { status: "succeeded" | "failed" | "cancelled"; error: string | null };

/**
 * Claims a crawl and reads the registry (from where an earlier attempt stopped) to the end, or until it is cancelled, fenced or the
 * worker shuts down. Returns without a word when somebody else has it. Never throws: what goes wrong ends in the row.
 * @returns what was read to its end here, or null
 */
export async function executeCrawl(
  crawlId: string,
  workerId: string,
  shutdown: AbortSignal,
): Promise<{ registryId: string } | null> {
  const waiting = await findCrawl(crawlId);
  if (!waiting) return null;
  const open = await openRegistryById(waiting.registryId);
  const source = open?.storage ? "storage" : "api";
  const crawl = await claimCrawl(crawlId, workerId, env().RECLAIM_HEARTBEAT_STALE_SECONDS, source);
  if (!crawl) return null;
  const stop = new AbortController();
  const onShutdown = () => stop.abort(new CrawlStopped("shutdown"));
  if (shutdown.aborted) onShutdown();
  shutdown.addEventListener("abort", onShutdown, { once: true });
  const attempt = new Attempt(crawl, stop);
  try {
    const outcome = await attempt.run();
    if (outcome === "fenced") return null;
    if (outcome === "shutdown") {
      if (await releaseCrawl(crawl.id, crawl.epoch)) await enqueueCrawlJob(crawl);
      return null;
    }
    return await settle(crawl, outcome);
  } catch (error) {
    // The database could not take the end: the heartbeat grows stale and the reconciler gives the crawl to somebody.
    log.error({ crawlId, error }, "the end of a crawl could not be written");
    return null;
  } finally {
    shutdown.removeEventListener("abort", onShutdown);
  }
}

async function settle(crawl: CrawlRecord, outcome: Outcome): Promise<{ registryId: string } | null> {
  const repeatId = newId("crawl");
  const { isOurs, isRepeated } = await finishCrawl(crawl.id, crawl.epoch, outcome, repeatId);
  log.info({ crawlId: crawl.id, registryId: crawl.registryId, ...outcome, isOurs }, "crawl finished");
  if (isRepeated) await enqueueCrawlJob({ id: repeatId, epoch: 0 });
  return isOurs && outcome.status === "succeeded" ? { registryId: crawl.registryId } : null;
}

/** One claim of a crawl: reads, and meanwhile renews the claim, takes a wish to cancel and writes how far it came. */
class Attempt {
  #progress: CrawlProgress;
  #firstFailure: string | null = null;

  constructor(
    private readonly crawl: CrawlRecord,
    private readonly stop: AbortController,
  ) {
    const { repositoriesTotal, repositoriesDone, repositoriesFailed, manifestsRead, lastRepository } = crawl;
    this.#progress = { repositoriesTotal, repositoriesDone, repositoriesFailed, manifestsRead, lastRepository };
  }

  async run(): Promise<Outcome | "fenced" | "shutdown"> {
    if (this.crawl.cancelRequestedAt) return { status: "cancelled", error: null };
    if (this.crawl.epoch > CLAIMS_MAX)
      return { status: "failed", error: `It was interrupted ${CLAIMS_MAX} times and was given up.` };
    const beat = this.#startHeartbeat();
    let outcome: Outcome | "fenced" | "shutdown";
    try {
      outcome = await this.#read();
    } catch (error) {
      outcome = this.#outcomeOf(error);
    } finally {
      await beat.stop();
    }
    if (outcome !== "fenced") await this.#beat().catch(() => undefined);
    return outcome;
  }

  async #read(): Promise<Outcome> {
    const { registryId, spaceId, trigger } = this.crawl;
    const { failed } = await crawlRegistry(registryId, this.stop.signal, {
      spaceId,
      isThorough: trigger === "first" || trigger === "manual",
      resume: this.#progress,
      onProgress: (progress) => {
        this.#progress = progress;
      },
      onFailure: (repository, message) => {
        this.#firstFailure ??= `${repository}: ${message}`;
      },
    });
    if (failed === 0 && this.#progress.repositoriesFailed === 0)
      return { status: "succeeded", error: this.#firstFailure };
    const { repositoriesFailed, repositoriesTotal } = this.#progress;
    const total = repositoriesTotal ?? repositoriesFailed;
    const error = `${repositoriesFailed} of ${total} repositories could not be read${this.#firstFailure ? `; ${this.#firstFailure}` : ""}`;
    return { status: repositoriesFailed >= total ? "failed" : "succeeded", error };
  }

  #outcomeOf(error: unknown): Outcome | "fenced" | "shutdown" {
    const reason = this.stop.signal.aborted ? this.stop.signal.reason : error;
    if (reason instanceof CrawlStopped) {
      return reason.reason === "cancelled" ? { status: "cancelled", error: null } : reason.reason;
    }
    if (isDatabaseLost(error)) {
      // The row says how far it came: it is given back, as by a worker that stops.
      log.warn({ crawlId: this.crawl.id, error }, "the database was lost");
      return "shutdown";
    }
    log.warn({ crawlId: this.crawl.id, error }, "a crawl failed");
    return { status: "failed", error: crawlFailure(error) };
  }

  #startHeartbeat(): { stop(): Promise<void> } {
    let running: Promise<void> | null = null;
    const timer = setInterval(() => {
      running ??= this.#beat()
        .catch((error: unknown) => log.warn({ crawlId: this.crawl.id, error }, "heartbeat"))
        .finally(() => {
          running = null;
        });
    }, HEARTBEAT_MS);
    return {
      stop: async () => {
        clearInterval(timer);
        await running;
      },
    };
  }

  async #beat(): Promise<void> {
    const alive = await heartbeatCrawl(this.crawl.id, this.crawl.epoch, this.#progress);
    if (!alive) this.stop.abort(new CrawlStopped("fenced"));
    else if (alive.cancelRequestedAt) this.stop.abort(new CrawlStopped("cancelled"));
  }
}
