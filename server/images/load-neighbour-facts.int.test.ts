import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildImageGraph } from "@/domain/images/image-graph";
import { closureMembers } from "@/domain/reclaim/closure-members";
import type { PlanItem } from "@/domain/reclaim/plan";
import { recheckItem } from "@/domain/reclaim/recheck-item";
import type { Artifact } from "@/domain/rules/facts";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { artifacts } from "@/testing/artifact-arbitraries";
import { artifact } from "@/testing/artifact-facts";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { insertManifests } from "./inventory.store";
import { loadNeighbourFacts } from "./load-neighbour-facts";
import { loadSpaceFacts } from "./load-space-facts";
import { refreshImages } from "./refresh-images";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});

const RUNS = 25;
/** The only image beside parts in a circle, one of which has a tag: that one alone seems to be an image. */
const BESIDE_A_CIRCLE = [
  artifact("m0", { children: ["m3"] }),
  artifact("m2"),
  artifact("m3", { tags: ["v1"], children: ["m0"] }),
];

const REPOSITORY = "acme/app";

/** What the inventory would hold of such a repository. */
async function store({ workspaceId, registryId, spaceId }: TestTenant, held: readonly Artifact[]): Promise<void> {
  const id = newId("repo");
  const place = { repositoryId: id, workspaceId };
  await prisma().$transaction(async (tx) => {
    await insertManifests(
      tx,
      registryId,
      held.map(({ digest, kind, children, subject, isUnreadable }) => ({
        ...{ digest, mediaType: "application/json", artifactType: kind === "other" ? "some/type" : null },
        kind: isUnreadable || kind === "unknown" ? "unknown" : children.length > 0 ? "index" : "image",
        ...{ subjectDigest: subject, sizeBytes: 100, platform: null, imageCreatedAt: null },
        unreadableReason: isUnreadable ? "damaged" : null,
        references: children.map((child) => ({
          ...{ role: "child" as const, digest: child, mediaType: "application/json", sizeBytes: 100 },
          ...{ platform: null, isForeign: false },
        })),
      })),
    );
    await tx.repository.create({ data: { id, workspaceId, registryId, spaceId, name: REPOSITORY } });
    for (const { digest, pushedAt, isPinned, tags } of held) {
      const at = new Date(pushedAt ?? 0);
      const pushedAtSource = pushedAt === null ? "crawl" : "storage";
      await tx.repositoryManifest.create({ data: { ...place, digest, registryId, pushedAt: at, pushedAtSource } });
      for (const { name } of tags) {
        const tag = { ...place, name, digest, pushedAt: at, pushedAtSource };
        await tx.tag.upsert({ where: { repositoryId_name: { repositoryId: id, name } }, create: tag, update: tag });
      }
      if (!isPinned) continue;
      await tx.pin.create({
        data: {
          id: newId("pin"),
          workspaceId,
          spaceId,
          repositoryName: REPOSITORY,
          digest,
          reason: "kept",
          ownerName: "Ada",
        },
      });
    }
    await refreshImages(tx, { id, registryId }, "all");
  });
}

/** A plan's item of an image with all that hangs in it. */
function itemOf(repository: readonly Artifact[], top: number): PlanItem {
  const graph = buildImageGraph(repository);
  const tagsAt = (at: number) => (repository[at]?.tags ?? []).map((tag) => tag.name).sort();
  const tags = tagsAt(top);
  return {
    ...{ action: "reclaim", repositoryName: REPOSITORY, digest: repository[top]?.digest ?? "", kind: "image" },
    ...{ tags, selectedTags: tags, hits: [{ ruleId: "r", ruleName: "r", revision: 1, tags }] },
    members: closureMembers(top, graph).map(({ at, role }) => ({
      ...{ digest: repository[at]?.digest ?? "", role, stays: false, tags: tagsAt(at) },
    })),
    ...{ logicalSizeBytes: 0, uniqueSizeBytes: 0, pushedAt: null, lastPulledAt: null },
  } as unknown as PlanItem;
}

test("R-05 the facts around an image decide about it as those of its whole repository do", {
  timeout: 240_000,
}, async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(artifacts, fc.boolean(), fc.boolean(), async (drawn, isByHand, allowLastArtifact) => {
      const held = drawn.filter((one) => one.repositoryName === "app");
      if (held.length === 0) return;
      const tenant = await createTestTenant({ name: `t${++count}`, prefix: "acme" });
      await store(tenant, held);
      const { workspaceId, spaceId } = tenant;
      const whole = await loadSpaceFacts(tenant.scope, spaceId, REPOSITORY);
      const neighbours = await loadNeighbourFacts({ workspaceId, spaceId, repositoryName: REPOSITORY });
      const rules = isByHand
        ? ("by_hand" as const)
        : new Map([["r", { revision: 1, isEnabled: true, allowLastArtifact }]]);
      for (const [at, { digest }] of whole.entries()) {
        const recheck = (facts: Artifact[]) =>
          recheckItem({
            ...{ item: itemOf(whole, at), artifacts: facts, rules, planNowMs: Date.now() },
            ...{ graceMs: 86_400_000, isDigestElsewhere: () => false },
          });
        expect(recheck(await neighbours.around([digest]))).toEqual(recheck(whole));
      }
    }),
    { numRuns: RUNS, examples: [[BESIDE_A_CIRCLE, false, false]] },
  );
});
