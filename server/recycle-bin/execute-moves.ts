import { setMaxListeners } from "node:events";
import type { RunNumbers } from "@/contracts/history";
import { type RunContext, type RunOutcome, RunStopped } from "@/server/history/run-context";
import {
  countItems,
  findRunItem,
  leaveOutPlannedItems,
  listItemsToMove,
  listUnendedItems,
  type RunItemRecord,
} from "@/server/history/run-journal";
import { AppError } from "@/server/platform/app-error";
import { isDatabaseLost } from "@/server/platform/db/is-database-lost";
import {
  evictLockHolders,
  openRegistryLockSession,
  type RegistryLockSession,
} from "@/server/platform/db/registry-lock";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { RegistryError } from "@/server/platform/registry/registry-error";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { requireSpace } from "@/server/spaces/require-space";
import type { Move, MoveHooks } from "./move";
import { Pace } from "./pace";
import { createRegistrySight } from "./registry-sight";
import { RepositoryQueue } from "./repository-queue";
import { RepositoryViews } from "./repository-view";

/** What a kind of run does with its items. */
export interface MoveKind {
  /** Moves one item to its end, resuming from its journal; what it throws is tried again or becomes `fail`. */
  move(move: Move, item: RunItemRecord): Promise<void>;
  /**
   * Moves planned items of one repository side by side; those that it could not end are then moved alone, from their journal. Without it, or
   * where `canGoTogether` says no, each is moved alone from the start.
   */
  moveTogether?(move: Move, items: readonly RunItemRecord[]): Promise<void>;
  canGoTogether?(item: RunItemRecord): boolean;
  /** Ends an item whose move failed for good. */
  fail(move: Move, item: RunItemRecord, error: string): Promise<void>;
  /** After items were left out because the run stopped. */
  afterLeavingOut?(): Promise<void>;
}

/** Items that are moved alone, each with a lock of its own. */
const ALONE_MAX = 4;
/** Enough to find several of one repository among them. */
const BATCH = 1000;
/** Groups side by side: while one writes its journal the registry works for the others. */
const LANES = 4;
/** So many share the statements of their journal; how many of them make requests at a time is another matter. */
const GROUP_MOST = 16;
const ATTEMPTS = 4;
const BACKOFF_FIRST_MS = 400;
const REPORT_EVERY_MS = 500;
/** So many items in a row lost to a registry that does not answer: the rest would be lost alike. */
const UNAVAILABLE_IN_ROW_MAX = 4;

/**
 * Moves the items of a run: those in the middle first, then planned ones, a few at a time, each under the registry's shared
 * lock. A failing item is recorded and the others go on. On a cancel what was begun is brought to its end, nothing new is begun.
 * @throws RunStopped, AppError unavailable
 */
export async function executeMoves(context: RunContext, hooks: MoveHooks, kind: MoveKind): Promise<RunOutcome> {
  const mover = await ItemMover.open(context, hooks, kind);
  try {
    await mover.moveAll();
  } catch (error) {
    // A run that another claim goes on with is not at its end.
    const isEnd = error instanceof RunStopped ? error.reason === "cancelled" : !isDatabaseLost(error);
    if (isEnd) {
      const why = error instanceof AppError ? error.detail : "the run was cancelled";
      await leaveOutPlannedItems({ id: context.run.id, epoch: context.epoch }, why);
      await kind.afterLeavingOut?.();
    }
    throw error;
  } finally {
    await reportItems(context);
  }
  return outcomeOf(context);
}

/** Writes progress and totals from the items themselves, so that no crash counts anything twice. */
async function reportItems(context: RunContext): Promise<void> {
  // An image that made room for a restored one is none of those that were to be restored.
  const isBeside = (row: ItemCount) => context.run.kind === "restore" && row.action === "recycle";
  const rows = (await countItems(context.run.id)).filter((row) => !isBeside(row));
  // A run that skips the bin purges what it moved: those items are the same images once more.
  const isSecond = (row: ItemCount) => context.run.kind === "reclaim" && row.action === "purge";
  const [moves, purges] = [rows.filter((row) => !isSecond(row)), rows.filter(isSecond)];
  const totals = numbersOf(moves);
  if (purges.length === 0) context.progress(totals);
  else {
    const second = numbersOf(purges);
    context.progress({ ...second, itemsKept: totals.itemsKept });
    totals.itemsPurged = second.itemsDone;
    totals.itemsFailed = (totals.itemsFailed ?? 0) + (second.itemsFailed ?? 0);
  }
  const done = moves.filter((row) => row.state === "done");
  const sum = (key: "sizeBytes" | "uniqueBytes") => done.reduce((bytes, row) => bytes + row[key], 0);
  context.totals({ ...totals, logicalBytes: sum("sizeBytes"), uniqueBytes: sum("uniqueBytes") });
}

type ItemCount = Awaited<ReturnType<typeof countItems>>[number];

function numbersOf(rows: readonly ItemCount[]): RunNumbers {
  const count = (...states: ItemCount["state"][]) =>
    rows.reduce((sum, row) => (states.includes(row.state) ? sum + row.count : sum), 0);
  return {
    itemsTotal: count("planned", "moving", "done", "skipped_stale", "failed", "left_out"),
    itemsDone: count("done"),
    itemsSkipped: count("skipped_stale"),
    itemsFailed: count("failed"),
    itemsKept: count("kept"),
  };
}

function outcomeOf(context: RunContext): RunOutcome {
  const { itemsTotal = 0, itemsDone = 0, itemsSkipped = 0, itemsFailed = 0 } = context.currentTotals;
  if (itemsFailed === 0) return { status: "succeeded" };
  const message = `${itemsFailed} of ${itemsTotal} images could not be moved; each says why.`;
  return { status: itemsDone + itemsSkipped > 0 ? "succeeded" : "failed", error: { code: "items_failed", message } };
}

class ItemMover {
  readonly #hardStop = new AbortController();
  readonly #idleLocks: RegistryLockSession[] = [];
  readonly #concurrency = env().RECLAIM_MOVE_CONCURRENCY;
  #reportedAtMs = 0;
  #unavailableInRow = 0;
  /** Set where the registry was found to be away: nobody begins anything more, then. */
  #away: AppError | null = null;

  private constructor(
    private readonly context: RunContext,
    private readonly kind: MoveKind,
    private readonly parts: Pick<
      Move,
      "context" | "space" | "adapter" | "sight" | "views" | "pace" | "atATime" | "hooks"
    >,
  ) {}

  static async open(context: RunContext, hooks: MoveHooks, kind: MoveKind): Promise<ItemMover> {
    const space = await requireSpace(context.scope, context.run.spaceId);
    const open = await openRegistryById(context.run.registryId);
    if (open === null) throw new AppError("unprocessable", "The registry of this space was removed.");
    const { adapter, storage } = open;
    if (context.isResumed) await evictLockHolders(context.run.id);
    const sight = createRegistrySight(adapter, storage);
    const [views, pace] = [new RepositoryViews(sight), new Pace()];
    const atATime = Math.max(1, Math.floor(env().RECLAIM_MOVE_CONCURRENCY / LANES));
    const mover = new ItemMover(context, kind, { context, space, adapter, sight, hooks, views, pace, atATime });
    try {
      const { canDelete } = await adapter.capabilities();
      if (!canDelete.available) throw new AppError("unprocessable", canDelete.reason);
    } catch (error) {
      // It may be back when the first item is moved, and each item waits for it.
      if (!(error instanceof RegistryError && error.retryable)) throw error;
    }
    return mover;
  }

  async moveAll(): Promise<void> {
    const { signal } = this.context;
    const onAbort = () => {
      if (!(signal.reason instanceof RunStopped && signal.reason.reason === "cancelled"))
        this.#hardStop.abort(signal.reason);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      for (;;) {
        const items = await listItemsToMove(this.context.run.id, BATCH);
        if (items.length === 0) break;
        const begun = items.filter((item) => item.state === "moving");
        // What was begun is ended even when the run is being cancelled, and before anything new is begun.
        if (begun.length > 0) await this.#moveAlone(begun);
        else await this.#movePlanned(items);
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      await Promise.all(this.#idleLocks.map((session) => session.close()));
    }
  }

  async #movePlanned(items: readonly RunItemRecord[]): Promise<void> {
    const { moveTogether, canGoTogether = () => true } = this.kind;
    const together = moveTogether === undefined ? [] : items.filter((item) => canGoTogether(item));
    const queue = new RepositoryQueue(together);
    const lanes = Array.from({ length: Math.min(LANES, this.#concurrency) }, (_, lane) => lane);
    await forEachLimited(lanes, lanes.length, async (lane) => {
      const take = () => queue.take(lane, this.parts.pace.groupSize(GROUP_MOST));
      for (let group = take(); group.length > 0; group = take()) await this.#moveGroup(group);
    });
    const isTogether = new Set(together.map((item) => item.ordinal));
    await this.#moveAlone(items.filter((item) => !isTogether.has(item.ordinal)));
  }

  async #moveGroup(group: readonly RunItemRecord[]): Promise<void> {
    const [first] = group;
    if (first === undefined) return;
    if (this.#away !== null) throw this.#away;
    this.context.signal.throwIfAborted();
    this.context.progress({ currentItem: `${first.repositoryName}@${first.digest.slice(0, 19)}` });
    try {
      await this.#underLock(first, (move) => this.kind.moveTogether?.(move, group) ?? Promise.resolve());
      this.#unavailableInRow = 0;
    } catch (error) {
      this.#throwIfStopped(error);
      log.warn({ runId: this.context.run.id, items: group.length, error }, "items could not be moved together");
    }
    const left = await listUnendedItems(
      first.runId,
      group.map((item) => item.ordinal),
    );
    // What fails together fails alone, too, where the registry is away: few at a time lose few.
    if (left.length > 0) await this.#moveAlone(left, ALONE_MAX / LANES);
    await this.#report();
  }

  async #moveAlone(items: readonly RunItemRecord[], atATime = ALONE_MAX): Promise<void> {
    const moveOne = async (item: RunItemRecord) => {
      if (this.#away !== null) throw this.#away;
      if (item.state === "planned") this.context.signal.throwIfAborted();
      this.context.progress({ currentItem: `${item.repositoryName}@${item.digest.slice(0, 19)}` });
      await this.#moveOne(item);
      await this.#report();
    };
    // In the order in which they were being removed: until the one in the middle has ended, the inventory takes it for a holder of what it
    // shares with the next.
    const leaving = items.filter((item) => item.step === "remove");
    await forEachLimited(leaving, 1, moveOne);
    const others = items.filter((item) => item.step !== "remove");
    await forEachLimited(others, Math.min(atATime, this.#concurrency), moveOne);
  }

  async #moveOne(first: RunItemRecord): Promise<void> {
    let item = first;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#underLock(item, (move) => this.kind.move(move, item));
        this.#unavailableInRow = 0;
        return;
      } catch (error) {
        this.#throwIfStopped(error);
        const canRetry = isPassing(error) && attempt < ATTEMPTS && !this.context.signal.aborted;
        log.warn({ runId: this.context.run.id, ordinal: item.ordinal, attempt, error }, "an item's move failed");
        item = (await findRunItem(first.runId, first.ordinal)) ?? item;
        if (!canRetry) return this.#fail(item, error);
        await pause(BACKOFF_FIRST_MS * 2 ** (attempt - 1), this.context.signal);
      }
    }
  }

  async #fail(item: RunItemRecord, error: unknown): Promise<void> {
    // Nothing can be written now, and nothing is wrong with the item: whoever claims the run next goes on with it.
    if (isDatabaseLost(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    await this.#underLock(item, (move) => this.kind.fail(move, item, message));
    this.context.log("item_failed", {
      ordinal: item.ordinal,
      repository: item.repositoryName,
      digest: item.digest,
      message,
    });
    if (!isPassing(error)) return;
    if (++this.#unavailableInRow < UNAVAILABLE_IN_ROW_MAX) return;
    this.#away ??= new AppError("unavailable", `The registry does not answer, so the run was ended: ${message}`);
    throw this.#away;
  }

  async #underLock(item: RunItemRecord, work: (move: Move) => Promise<void>): Promise<void> {
    // Nobody has begun a planned item: waiting for a collection to end may be cancelled.
    const waiting = item.state === "planned" ? this.context.signal : this.#hardStop.signal;
    const { id: owner, registryId } = this.context.run;
    const session = this.#idleLocks.pop() ?? openRegistryLockSession(registryId, owner);
    try {
      await session.withShared(waiting, async (lock) => {
        const signal = AbortSignal.any([this.#hardStop.signal, lock.lost]);
        // Each request of each image listens.
        setMaxListeners(0, signal);
        await work({ ...this.parts, lock, signal });
      });
    } finally {
      this.#idleLocks.push(session);
    }
  }

  #throwIfStopped(error: unknown): void {
    if (error instanceof RunStopped) throw error;
    if (this.#hardStop.signal.aborted) throw this.#hardStop.signal.reason;
  }

  async #report(): Promise<void> {
    if (Date.now() - this.#reportedAtMs < REPORT_EVERY_MS) return;
    this.#reportedAtMs = Date.now();
    await reportItems(this.context);
  }
}

/** Whether the same may work a moment later: the registry or the database did not answer, or the lock's connection was lost. */
function isPassing(error: unknown): boolean {
  return error instanceof RegistryError ? error.retryable : isDatabaseLost(error);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
