import type { InputOf, OutputOf } from "@/contracts/operation";
import type { testRule as operation, RuleTestHit } from "@/contracts/rule-tester";
import { compileNameTester } from "@/domain/rules/name-tester";
import { type TriedHit, tryRule } from "@/domain/rules/try-rule";
import { readWrittenRule } from "@/domain/rules/written-rule";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { pullTrackingSince } from "@/server/registries/pull-tracking";
import { requireSpace } from "@/server/spaces/require-space";
import { countImageTags, sizesOf } from "./rule-test.store";
import { testedRepositories } from "./tested-repositories";

type Input = { spaceId: string } & InputOf<typeof operation>["body"];

/**
 * Tries a rule against what the space holds now, as far as it is written: a space of 10,000 images in a fifth of a second. Of a larger one
 * the repositories that are meant are looked at first; `isPartial` where there is too much even of these.
 * @throws AppError not_found
 */
export async function testRule(scope: WorkspaceScope, input: Input): Promise<OutputOf<typeof operation>> {
  const space = await requireSpace(scope, input.spaceId);
  const { effect, select, when } = input;
  const written = readWrittenRule({ effect, select, when });
  const names = compileNameTester(written.repositories);
  const isAsked = (name: string) => input.repositoryName === undefined || name === input.repositoryName;
  const repositories = (await testedRepositories(space, (name) => isAsked(name) && names.test(name))).filter(
    ({ name }) => isAsked(name),
  );
  const trial = tryRule(
    written,
    repositories.map(({ name, units }) => ({ name, units: units ?? [] })),
    { nowMs: Date.now(), pullTrackingSinceMs: pullTrackingSince(space)?.getTime() ?? null },
    input.hits,
  );
  const leftOut = repositories.filter(({ units }) => units === null);
  const total =
    leftOut.length === 0
      ? trial.total
      : {
          images: repositories.reduce((sum, { imageCount }) => sum + imageCount, 0),
          tags:
            input.repositoryName === undefined
              ? await countImageTags(scope.workspaceId, space.id)
              : repositories.reduce((sum, { tagCount }) => sum + tagCount, 0),
          repositories: repositories.length,
        };
  const sizes = await sizesOf(
    space.id,
    trial.hits.map(({ unit }) => unit.artifact),
  );
  return {
    ...trial,
    total,
    hits: trial.hits.map((hit) => hitDto(hit, sizes)),
    isPartial: leftOut.some(({ name }) => names.test(name)),
  };
}

function hitDto(hit: TriedHit, sizes: ReadonlyMap<string, number>): RuleTestHit {
  const { artifact, pushedAtLatest, isPushKnown, lastPulledAt } = hit.unit;
  return {
    digest: artifact.digest,
    kind: artifact.kind,
    repository: hit.repository,
    tags: hit.tags,
    tagCount: hit.unit.tags.length,
    selectedTagCount: hit.selectedTagCount,
    sizeBytes: sizes.get(`${artifact.repositoryName}@${artifact.digest}`) ?? 0,
    pushedAt: isPushKnown && pushedAtLatest !== null ? new Date(pushedAtLatest).toISOString() : null,
    lastPulledAt: lastPulledAt === null ? null : new Date(lastPulledAt).toISOString(),
    holds: hit.holds,
    why: hit.why,
  };
}
