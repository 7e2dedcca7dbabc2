import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { recordAudit } from "@/server/history/record-audit";
import type { RunItemRecord } from "@/server/history/run-journal";
import { refreshImages } from "@/server/images/refresh-images";
import { lockRepository } from "@/server/images/remember-manifests";
import { prisma } from "@/server/platform/db/prisma";
import { RegistryError } from "@/server/platform/registry/registry-error";
import { forgetTags } from "./bin-move.store";
import { freshFacts } from "./fresh-facts";
import { enterStep, type Move, reach, writeItem } from "./move";
import { reasonTextOf, recordMoves } from "./record-move";
import type { RecycleGuard } from "./recycle-guard";

/** Takes the selected tags from an image that keeps others. A tag that was pushed again meanwhile stays. */
export async function untagItem(move: Move, item: RunItemRecord, guard: RecycleGuard): Promise<void> {
  await move.lock.withRepository(item.repositoryName, async () => {
    const { adapter, context } = move;
    // Once the step is journaled some tags may be gone by our own hand, which must not count as a change.
    if (item.step !== "untag") {
      const [open, facts] = await Promise.all([
        guard.open(),
        freshFacts(move, item.repositoryName, new Set([item.digest])),
      ]);
      const verdict = await open.beforeRemoval(item, facts.artifacts);
      if ("stale" in verdict)
        return writeItem(context, item, { state: "skipped_stale", step: null, error: verdict.stale });
    }
    await enterStep(move, item, "untag");
    const moved: string[] = [];
    for (const tag of item.selectedTags) {
      try {
        await adapter.untag({ repository: item.repositoryName, tag, digest: item.digest });
      } catch (error) {
        if (!(error instanceof RegistryError && error.code === "TAG_MOVED")) throw error;
        moved.push(tag);
      }
      await reach(move, item, "untagged");
    }
    await finish(move, item, moved);
  });
}

async function finish(move: Move, item: RunItemRecord, moved: readonly string[]): Promise<void> {
  const { context, space } = move;
  const untagged = item.selectedTags.filter((tag) => !moved.includes(tag));
  const note = moved.length > 0 ? `pushed again meanwhile, and left: ${moved.join(", ")}` : null;
  if (untagged.length === 0) return writeItem(context, item, { state: "skipped_stale", step: null, error: note });
  await prisma().$transaction(async (tx) => {
    const repositoryId = await lockRepository(tx, {
      workspaceId: space.workspaceId,
      spaceId: space.id,
      registryId: space.registryId,
      name: item.repositoryName,
    });
    await forgetTags(tx, repositoryId, item.digest, untagged);
    await recordMoves(tx, move, [
      {
        item,
        kind: "untagged",
        tags: untagged.map((name) => ({ name, digest: item.digest })),
        ruleId: item.ruleId,
        reason: reasonTextOf(item),
      },
    ]);
    await recordAudit(tx, {
      workspaceId: space.workspaceId,
      spaceId: space.id,
      actor: context.scope.actor,
      action: "bin.untag",
      resourceType: "image",
      resourceId: item.digest,
      data: {
        image: untagged.map((tag) => `${item.repositoryName}:${tag}`).join(", "),
        repository: item.repositoryName,
        digest: item.digest,
        tags: untagged,
        ruleId: item.ruleId,
        runId: context.run.id,
      },
    });
    await writeItem(context, item, { state: "done", step: null, error: note }, tx);
    // A fallback tag leaves its subject, too.
    const subjects = untagged.flatMap((tag) => subjectOfFallbackTag(tag) ?? []);
    await refreshImages(tx, { id: repositoryId, registryId: space.registryId }, [item.digest, ...subjects]);
  });
}
