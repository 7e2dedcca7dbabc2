import { buildImageGraph } from "@/domain/images/image-graph";
import type { Artifact } from "@/domain/rules/facts";
import { buildUnits, type Unit } from "@/domain/rules/unit";
import { groupBy } from "@/lib/group-by";
import { artifactKind, pushFacts } from "@/server/images/artifact-facts";
import {
  listTestRepositories,
  readTestRepositories,
  type TestManifest,
  type TestRepositoryFacts,
  type TestRepositoryRow,
  type TestTag,
} from "./rule-test.store";

/** A repository to try a rule on; units are null where it was left out, since it is not meant or there is too much. */
export interface TestedRepository extends TestRepositoryRow {
  units: readonly Unit[] | null;
}

interface Kept {
  revision: bigint;
  units: Map<string, { units: readonly Unit[]; weight: number }>;
  readAt: number;
}

/** Images and tags that are looked at while somebody types: about 60 MB. */
const TESTED_MAX = 60_000;
const READ_AT_ONCE = 8_000;
/** Pulls do not raise the revision. */
const FRESH_MS = 30_000;

/** By space. Somebody who types asks several times a second, and what is there seldom changes meanwhile. */
const kept = new Map<string, Kept>();

/**
 * The repositories of a space, by name, with what decides in them: those that are meant first, then the others, until there is too much.
 * The caller has opened the space.
 */
export async function testedRepositories(
  space: { id: string; workspaceId: string; registryId: string },
  isMeant: (repositoryName: string) => boolean,
  most = TESTED_MAX,
): Promise<TestedRepository[]> {
  const { revision, repositories } = await listTestRepositories(space.workspaceId, space.id);
  const known = keptOf(space.id, revision);
  const wanted: TestRepositoryRow[] = [];
  let weight = 0;
  for (const isNow of [true, false]) {
    for (const repository of repositories) {
      if (isMeant(repository.name) !== isNow || weight > most) continue;
      weight += weightOf(repository);
      if (weight <= most) wanted.push(repository);
    }
  }
  await readMissing(space.registryId, wanted, known);
  const chosen = new Set(wanted.map(({ id }) => id));
  const result = repositories.map((repository) => ({
    ...repository,
    units: chosen.has(repository.id) ? (known.units.get(repository.id)?.units ?? null) : null,
  }));
  forgetSurplus(space.id, chosen, most);
  return result;
}

function keptOf(spaceId: string, revision: bigint): Kept {
  let known = kept.get(spaceId);
  if (known === undefined || known.revision !== revision || Date.now() - known.readAt > FRESH_MS) {
    known = { revision, units: new Map(), readAt: Date.now() };
  }
  // The one that was asked for last is last.
  kept.delete(spaceId);
  kept.set(spaceId, known);
  return known;
}

async function readMissing(registryId: string, wanted: readonly TestRepositoryRow[], known: Kept): Promise<void> {
  const missing = wanted.filter(({ id }) => !known.units.has(id));
  for (let from = 0; from < missing.length; ) {
    const batch: TestRepositoryRow[] = [];
    for (let weight = 0; from < missing.length && weight < READ_AT_ONCE; from++) {
      const next = missing[from];
      if (next === undefined) break;
      batch.push(next);
      weight += weightOf(next);
    }
    const rowOf = new Map(batch.map((row) => [row.id, row]));
    for (const facts of await readTestRepositories(registryId, [...rowOf.keys()])) {
      const row = rowOf.get(facts.repositoryId);
      if (row === undefined) continue;
      known.units.set(row.id, { units: unitsOf(row.name, facts), weight: weightOf(row) });
    }
  }
}

function unitsOf(repositoryName: string, facts: TestRepositoryFacts): Unit[] {
  const tagsOf = groupBy(facts.tags, (tag) => tag.digest);
  const childrenOf = groupBy(facts.children, ([index]) => index);
  const artifacts = facts.manifests.map((manifest) =>
    artifactOf(repositoryName, manifest, tagsOf.get(manifest.digest) ?? [], childrenOf.get(manifest.digest) ?? []),
  );
  return buildUnits(artifacts, buildImageGraph(artifacts));
}

function artifactOf(
  repositoryName: string,
  manifest: TestManifest,
  tags: readonly TestTag[],
  children: readonly [string, string][],
): Artifact {
  const { digest, mediaType, subject, isUnreadable, lastPulledAt, createdAt, untaggedSince } = manifest;
  return {
    ...{ repositoryName, digest, mediaType, subject, isUnreadable, lastPulledAt, createdAt, untaggedSince },
    kind: artifactKind(manifest),
    ...pushFacts(manifest.pushedAt, manifest.pushedAtSource),
    tags: tags.map((tag) => ({ name: tag.name, ...pushFacts(tag.pushedAt, tag.pushedAtSource) })),
    children: children.map(([, child]) => child),
    missingChildren: 0,
    // No rule asks for what only guards look at.
    ...{ isPinned: false, pinText: null, immutableTags: [], inUseBy: [], blobs: [] },
  };
}

/** Lets go of what was longest unasked for, until all that is kept is no more than one space may have. */
function forgetSurplus(spaceId: string, chosen: ReadonlySet<string>, most: number): void {
  const weights = [...kept.values()].map(({ units }) =>
    [...units.values()].reduce((sum, { weight }) => sum + weight, 0),
  );
  let surplus = weights.reduce((sum, weight) => sum + weight, 0) - most;
  for (const [id, { units }] of kept) {
    for (const [repositoryId, { weight }] of units) {
      if (surplus <= 0) return;
      if (id === spaceId && chosen.has(repositoryId)) continue;
      units.delete(repositoryId);
      surplus -= weight;
    }
    if (units.size === 0 && id !== spaceId) kept.delete(id);
  }
}

function weightOf({ imageCount, tagCount }: TestRepositoryRow): number {
  return imageCount + tagCount;
}
