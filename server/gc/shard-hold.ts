import { log } from "@/server/platform/log";
import { ThreadGate } from "@/server/platform/storage/thread-gate";
import { endShard, lingerShard, renewShard, type ShardClaim, type ShardTimes } from "./gc-shard.store";
import { LeaseLost } from "./lease-lost";

/** How often a worker asks whether it may go on: a cancel shows within two seconds, whoever is at it. */
const ASK_EVERY_MS = 250;
/** For so long it is waited for what was begun before: a request that hangs must not keep a registry read-only. */
const LINGER_MAX_MS = 60_000;

/**
 * What one worker holds of a shard: a gate that is open for a moment after each time PostgreSQL said so, and a signal that aborts once it
 * says no. Until `end` is called the shard counts as being worked on; who stands still is not waited for any longer than its gate was open.
 */
export class ShardHold {
  readonly gate = new ThreadGate();
  /** Aborts with the worker's own signal, or with a LeaseLost. */
  readonly signal: AbortSignal;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #asking: Promise<void> | null = null;
  #lostAtMs = 0;

  /** `askedAtMs`: when the claim was asked for, by this machine's clock. */
  constructor(
    private readonly claim: ShardClaim,
    private readonly times: ShardTimes,
    askedAtMs: number,
    signal: AbortSignal,
  ) {
    this.signal = AbortSignal.any([signal, this.#lost.signal]);
    this.gate.openUntil(askedAtMs + claim.openMs);
    const close = () => {
      this.#lostAtMs = Date.now();
      this.gate.stop();
    };
    if (this.signal.aborted) close();
    else this.signal.addEventListener("abort", close, { once: true });
    this.#timer = setInterval(() => this.#ask(), ASK_EVERY_MS);
  }

  /** Makes sure that it may go on, before something is begun. @throws LeaseLost, the signal's reason */
  async renew(): Promise<void> {
    this.signal.throwIfAborted();
    const askedAtMs = Date.now();
    const openMs = await renewShard(this.claim, this.times);
    if (openMs === null) this.#lost.abort(new LeaseLost("the shard is not this worker's any more"));
    else this.gate.openUntil(askedAtMs + openMs);
    this.signal.throwIfAborted();
  }

  /** Nothing of it is under way any more. Where that cannot be written it is waited for until its time is over. */
  async end(state: "done" | "pending"): Promise<void> {
    clearInterval(this.#timer);
    this.gate.stop();
    await this.#asking;
    await endShard(this.claim, state).catch((error: unknown) => log.warn({ error }, "ending a shard"));
  }

  #ask(): void {
    if (this.#asking !== null) return;
    const work = this.signal.aborted ? this.#linger() : this.renew();
    this.#asking = work
      .catch((error: unknown) => {
        if (!this.signal.aborted) log.warn({ error }, "asking about a shard");
      })
      .finally(() => {
        this.#asking = null;
      });
  }

  async #linger(): Promise<void> {
    if (Date.now() - this.#lostAtMs < LINGER_MAX_MS) await lingerShard(this.claim, this.times);
  }
}
