import { type RunContext, RunStopped } from "@/server/history/run-context";
import { type ItemWrite, type RunItemRecord, writeRunItem, writeRunItems } from "@/server/history/run-journal";
import type { Transaction } from "@/server/platform/db/prisma";
import type { RegistryLock } from "@/server/platform/db/registry-lock";
import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import type { requireSpace } from "@/server/spaces/require-space";
import type { Pace } from "./pace";
import type { RegistrySight } from "./registry-sight";
import type { RepositoryViews } from "./repository-view";

/** Where a step was journaled and is about to be done. */
interface StepPoint {
  action: string;
  ordinal: number;
  step: string;
}

/** What whoever composes an executor may watch. */
export interface MoveHooks {
  beforeStep?: (point: StepPoint) => void | Promise<void>;
}

/** What the move of an item, or of a few at once, works with: everything in it is valid while the registry's lock is held. */
export interface Move {
  context: RunContext;
  space: Awaited<ReturnType<typeof requireSpace>>;
  adapter: RegistryAdapter;
  sight: RegistrySight;
  lock: RegistryLock;
  views: RepositoryViews;
  pace: Pace;
  /** How many images of a group may have requests of theirs under way. */
  atATime: number;
  hooks: MoveHooks;
  /** Aborts where the move must stop at once (fenced, shutdown, lock lost); a cancel lets an item in the middle end. */
  signal: AbortSignal;
}

/** Journals an item. @throws RunStopped fenced when the run is another worker's by now: then nothing was written */
export async function writeItem(
  context: RunContext,
  item: RunItemRecord,
  write: ItemWrite,
  tx?: Transaction,
): Promise<void> {
  const run = { id: context.run.id, epoch: context.epoch };
  if (!(await writeRunItem(run, item.ordinal, write, tx))) throw new RunStopped("fenced");
}

/** Journals several items, or none of them. @throws RunStopped fenced, as `writeItem` */
export async function writeItems(
  context: RunContext,
  writes: readonly (Omit<ItemWrite, "reason"> & { item: RunItemRecord })[],
  tx?: Transaction,
): Promise<void> {
  const run = { id: context.run.id, epoch: context.epoch };
  const rows = writes.map(({ item, ...write }) => ({ ...write, ordinal: item.ordinal }));
  if (!(await writeRunItems(run, rows, tx))) throw new RunStopped("fenced");
}

/** Journals the step that is done next with several items. */
export async function enterStepTogether(move: Move, items: readonly RunItemRecord[], step: string): Promise<void> {
  move.signal.throwIfAborted();
  const writes = items.map((item) => ({ item, state: "moving" as const, step }));
  await writeItems(move.context, writes);
  for (const item of items) await reach(move, item, step);
}

/** Journals the step that is done next. */
export async function enterStep(move: Move, item: RunItemRecord, step: string): Promise<void> {
  move.signal.throwIfAborted();
  await writeItem(move.context, item, { state: "moving", step });
  await reach(move, item, step);
}

/** A point in the middle of a journaled step, before something that cannot be taken back. */
export async function reach(move: Move, item: RunItemRecord, step: string): Promise<void> {
  await move.hooks.beforeStep?.({ action: item.action, ordinal: item.ordinal, step });
  move.signal.throwIfAborted();
}

/** How history names an image: by a tag where it has one. */
export function imageName(repositoryName: string, tags: readonly string[], digest: string): string {
  return tags[0] === undefined ? `${repositoryName}@${digest.slice(0, 19)}` : `${repositoryName}:${tags[0]}`;
}
