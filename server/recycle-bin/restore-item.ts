import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { restoredTagName, type TagConflictChoice } from "@/domain/recycle-bin/restore-tag";
import { recordAudit } from "@/server/history/record-audit";
import type { RunItemRecord } from "@/server/history/run-journal";
import { refreshImages } from "@/server/images/refresh-images";
import { lockRepository, rememberManifests } from "@/server/images/remember-manifests";
import { prisma } from "@/server/platform/db/prisma";
import type { RawManifest } from "@/server/platform/registry/registry-adapter";
import { findMovingEntry, type MovingEntry, rememberRestored, writeEnded, writeNotEnded } from "./bin-move.store";
import { removeFromBin } from "./bin-references";
import { enterStep, imageName, type Move, reach, writeItem } from "./move";
import { IncompleteImage, readRecorded } from "./read-closure";
import { recordMove } from "./record-move";

interface PlacedTag {
  name: string;
  digest: string;
  pushedAt: string;
}

/**
 * Puts one entry back: copy → verify → tag → clean, each journaled before it is done and safe to do again. All under the
 * repository's lock, so that nobody removes a child there while its index comes back. The bin is cleaned last.
 */
export async function restoreItem(move: Move, item: RunItemRecord, onTagConflict: TagConflictChoice): Promise<void> {
  const { adapter, context } = move;
  const entry = await findMovingEntry(context.run.workspaceId, item.binEntryId ?? "");
  if (entry === null) throw new IncompleteImage("the entry is gone from the recycle bin");
  await move.lock.withRepository(entry.repositoryName, async () => {
    // A resumed run may find the bin cleaned already; the bodies are then read where they came back to.
    const manifests = await readRecorded(
      adapter,
      [entry.binRepositoryName, entry.repositoryName],
      entry.manifests.map((manifest) => manifest.digest),
    );
    if (item.step !== "clean") {
      await enterStep(move, item, "copy");
      const { signal } = move;
      await adapter.copy({ from: entry.binRepositoryName, to: entry.repositoryName, manifests, signal });
      await enterStep(move, item, "verify");
      const [missing] = await adapter.verify({ repository: entry.repositoryName, manifests, signal });
      if (missing) throw new IncompleteImage(`what came back is not complete: ${missing.digest} ${missing.reason}`);
      await enterStep(move, item, "tag");
    }
    const { placed, conflicts } = await placeTags(move, item, entry, onTagConflict);
    await enterStep(move, item, "clean");
    await move.lock.withRepository(entry.binRepositoryName, async () => {
      await removeFromBin(move, item, entry);
      await finish(move, item, entry, manifests, placed, conflicts);
    });
  });
}

/** An entry that could not be put back stays in the bin; what came back of it stays too, and harms nobody. */
export function failRestore(move: Pick<Move, "context">, item: RunItemRecord, error: string): Promise<void> {
  return prisma().$transaction(async (tx) => {
    await writeItem(move.context, item, { state: "failed", step: null, error }, tx);
    if (item.binEntryId !== null) await writeNotEnded(tx, item.binEntryId);
  });
}

/** Sets every recorded tag. One that names another image by now stays where it is, or comes back under another name. */
async function placeTags(
  move: Move,
  item: RunItemRecord,
  entry: MovingEntry,
  onTagConflict: TagConflictChoice,
): Promise<{ placed: PlacedTag[]; conflicts: string[] }> {
  const { adapter, context } = move;
  const repository = entry.repositoryName;
  const placed: PlacedTag[] = [];
  const conflicts: string[] = [];
  /** False where another image has the name. */
  const place = async (name: string, digest: string, pushedAt: Date): Promise<boolean> => {
    const current = await adapter.resolve(repository, name);
    if (current !== null && current.digest !== digest) return false;
    if (current === null) {
      await reach(move, item, "set-tag");
      await adapter.tag({ repository, tag: name, digest });
    }
    placed.push({ name, digest, pushedAt: pushedAt.toISOString() });
    return true;
  };
  for (const { name, digest, pushedAt } of entry.tags) {
    if (await place(name, digest, pushedAt)) continue;
    // A fallback tag is found by its name alone: under another one nobody would look for it.
    if (onTagConflict === "keep_current" || subjectOfFallbackTag(name) !== null) {
      conflicts.push(`${name} stays on the image that was pushed to it since`);
      continue;
    }
    let attempt = 1;
    // The day of the run, not of this moment: a resumed run finds the tag that it set before.
    while (!(await place(restoredTagName(name, context.run.frozenNow, attempt), digest, pushedAt))) attempt++;
    conflicts.push(`${name} came back as ${restoredTagName(name, context.run.frozenNow, attempt)}`);
  }
  if (conflicts.length > 0) context.log("tag_conflict", { item: item.ordinal, repository, conflicts });
  return { placed, conflicts };
}

async function finish(
  move: Move,
  item: RunItemRecord,
  entry: MovingEntry,
  manifests: readonly RawManifest[],
  placed: readonly PlacedTag[],
  conflicts: readonly string[],
): Promise<void> {
  const { context, space } = move;
  await reach(move, item, "finish");
  const tagged = new Set(placed.map((tag) => tag.digest));
  await prisma().$transaction(async (tx) => {
    const repositoryId = await lockRepository(tx, {
      workspaceId: space.workspaceId,
      spaceId: space.id,
      registryId: space.registryId,
      name: entry.repositoryName,
    });
    await rememberManifests(tx, space.registryId, manifests);
    await rememberRestored(
      tx,
      { repositoryId, workspaceId: space.workspaceId, registryId: space.registryId },
      entry.manifests.map(({ digest, pushedAt, role, isRemovedAtSource }) => ({
        digest,
        pushedAt: (pushedAt ?? (role === "top" ? entry.pushedAt : null))?.toISOString() ?? null,
        // Else a rule on idleness would take it for an image that nobody ever pulled, and recycle it again.
        lastPulledAt: (role === "top" ? entry.lastPulledAt : null)?.toISOString() ?? null,
        isRemovedAtSource,
        isUntagged: !tagged.has(digest),
      })),
      placed,
    );
    await writeEnded(tx, entry.id, "restored");
    await recordMove(tx, move, item, {
      kind: "restored",
      tags: placed,
      reason: conflicts.length > 0 ? conflicts.join("; ") : null,
    });
    await recordAudit(tx, {
      workspaceId: space.workspaceId,
      spaceId: space.id,
      actor: context.scope.actor,
      action: "bin.restore",
      resourceType: "bin_entry",
      resourceId: entry.id,
      data: {
        image: imageName(
          entry.repositoryName,
          placed.map((tag) => tag.name),
          entry.digest,
        ),
        repository: entry.repositoryName,
        digest: entry.digest,
        tags: placed.map((tag) => tag.name),
        conflicts,
        runId: context.run.id,
      },
    });
    await writeItem(
      context,
      item,
      { state: "done", step: null, error: conflicts.length > 0 ? `restored; ${conflicts.join("; ")}` : null },
      tx,
    );
    await refreshImages(
      tx,
      { id: repositoryId, registryId: space.registryId },
      manifests.map((manifest) => manifest.digest),
    );
  });
}
