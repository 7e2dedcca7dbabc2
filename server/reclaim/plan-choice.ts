import type { ImageSelection } from "@/contracts/images";
import { subjectsOf } from "@/domain/images/subjects-of";
import { measureItems } from "@/domain/reclaim/measure-items";
import type { HandPick } from "@/domain/reclaim/plan";
import { planByHand } from "@/domain/reclaim/plan-by-hand";
import { staleText } from "@/domain/reclaim/recheck-item";
import type { Artifact } from "@/domain/rules/facts";
import { reasonText } from "@/domain/rules/reason-text";
import type { HandChoice } from "@/domain/rules/verdict";
import type { RunContext } from "@/server/history/run-context";
import { loadSpaceFacts } from "@/server/images/load-space-facts";
import { selectImageKeys } from "@/server/images/select-images";
import type { requireSpace } from "@/server/spaces/require-space";
import { type RunChoice, readRunChoice } from "./hand-choice.store";
import { graceMs, keyOf, type PlannedRun, type Unnumbered } from "./planned-run";
import {
  listBlobsHeldElsewhere,
  listDigestsElsewhere,
  listHeldOutside,
  listManifestsOutside,
  listSince,
} from "./reclaim.store";
import { type HandOptions, handChoiceOf } from "./reclaim-options";

type Space = Awaited<ReturnType<typeof requireSpace>>;
type ImageKey = { repositoryName: string; digest: string };

/** What somebody chose, by image. */
interface Picks {
  pickOf: ReadonlyMap<string, ImageKey & { pick: HandPick }>;
  repositoryNames: readonly string[];
  /** What a filter finds by now, and whoever chose had not seen. */
  unseen: readonly ImageKey[];
}

/** So many repositories are read one by one; more of them with the whole space. */
const REPOSITORIES_MAX = 50;

/**
 * Plans a run of what somebody chose; a filter is resolved here, so that a run acts on what it finds when it plans. Whole repositories are
 * looked at, as who needs whom shows only there.
 */
export async function planChoice(context: RunContext, space: Space, options: HandOptions): Promise<PlannedRun> {
  const { run, scope } = context;
  const choice = await readRunChoice(run.id);
  const picks = await pickAll(space, choice, options);
  const isPartial = picks.repositoryNames.length <= REPOSITORIES_MAX;
  const artifacts: Artifact[] = [];
  if (!isPartial) artifacts.push(...(await loadSpaceFacts(scope, space.id)));
  else for (const name of picks.repositoryNames) artifacts.push(...(await loadSpaceFacts(scope, space.id, name)));
  context.signal.throwIfAborted();
  const outside = isPartial
    ? knownPart(space.registryId, picks.repositoryNames)
    : {
        digests: () => listDigestsElsewhere(space.registryId, space.id),
        blobs: () => listBlobsHeldElsewhere(space.registryId, space.id),
      };
  const elsewhere = await outside.digests(artifacts);
  const by = handChoiceOf(run, options);
  const plan = planByHand({
    artifacts,
    by,
    pickOf: (repositoryName, digest) => picks.pickOf.get(keyOf({ repositoryName, digest }))?.pick,
    nowMs: run.frozenNow.getTime(),
    graceMs: graceMs(),
    isDigestElsewhere: (digest) => elsewhere.has(digest),
  });
  // What only matters for sizes is asked for what goes, not for everything around it.
  const going = new Set(plan.verdicts.filter((one) => one.verdict.decision === "reclaim").map(keyOf));
  const held = await outside.blobs(artifacts.filter((artifact) => going.has(keyOf(artifact))));
  const measured = measureItems(plan.items, { artifacts, isBlobHeldElsewhere: (digest) => held.has(digest) });
  return {
    ...{ artifacts, verdicts: plan.verdicts, ...measured },
    // Of what nobody chose nothing needs to be said.
    kept: plan.verdicts.filter((one) => one.verdict.decision === "keep" && isShownAsKept(one, picks)),
    stale:
      "tags" in choice
        ? staleTags(choice.tags, artifacts, by)
        : [...goneImages(choice.selection, artifacts, by), ...picks.unseen.map((image) => unseenItem(image, by))],
  };
}

async function pickAll(space: Space, choice: RunChoice, options: HandOptions): Promise<Picks> {
  const pickOf = new Map<string, ImageKey & { pick: HandPick }>();
  const unseen: ImageKey[] = [];
  if ("tags" in choice) {
    for (const { repositoryName, digest, tag } of choice.tags) {
      const key = keyOf({ repositoryName, digest });
      const known = pickOf.get(key)?.pick;
      const tags = known?.what === "tags" ? [...known.tags, tag] : [tag];
      pickOf.set(key, { repositoryName, digest, pick: { what: "tags", tags, andImage: options.recycleDigests } });
    }
  } else {
    const { selection, asOf } = choice;
    const pick = ({ repositoryName, digest }: ImageKey) =>
      pickOf.set(keyOf({ repositoryName, digest }), { repositoryName, digest, pick: { what: "image" } });
    if ("images" in selection) selection.images.forEach(pick);
    else
      for await (const keys of selectImageKeys(space, selection)) {
        const late = asOf === undefined ? new Set() : await listSince(space.id, keys, asOf);
        for (const key of keys) {
          if (late.has(keyOf(key))) unseen.push(key);
          else pick(key);
        }
      }
  }
  return { pickOf, unseen, repositoryNames: [...new Set([...pickOf.values()].map((one) => one.repositoryName))] };
}

/** What holds things outside a few repositories, asked only for what matters. */
function knownPart(registryId: string, repositoryNames: readonly string[]) {
  return {
    digests: (artifacts: readonly Artifact[]) =>
      listManifestsOutside(registryId, repositoryNames, [...new Set(artifacts.flatMap(subjectsOf))]),
    blobs: (going: readonly Artifact[]) =>
      listHeldOutside(registryId, repositoryNames, [
        ...new Set(going.flatMap((artifact) => artifact.blobs.map((blob) => blob.digest))),
      ]),
  };
}

function isShownAsKept(one: PlannedRun["kept"][number], picks: Picks): boolean {
  if (one.verdict.decision !== "keep" || one.verdict.reason.code === "not_chosen") return false;
  return picks.pickOf.has(keyOf(one));
}

/** Images that were named and are not there any more. */
function goneImages(selection: ImageSelection, artifacts: readonly Artifact[], by: HandChoice): Unnumbered[] {
  if (!("images" in selection)) return [];
  const there = new Set(artifacts.map(keyOf));
  const gone = new Map(
    selection.images.filter((image) => !there.has(keyOf(image))).map((image) => [keyOf(image), image]),
  );
  return [...gone.values()].map((image) => staleItem(image, "recycle", [], by, staleText({ code: "gone" })));
}

function unseenItem(image: ImageKey, by: HandChoice): Unnumbered {
  return staleItem(image, "recycle", [], by, "it came, or was pushed again, after the filter was looked at");
}

/** Tags that do not point at the digest any more that they were chosen with. */
function staleTags(
  chosen: Extract<RunChoice, { tags: unknown }>["tags"],
  artifacts: readonly Artifact[],
  by: HandChoice,
): Unnumbered[] {
  const digestOf = new Map(
    artifacts.flatMap(({ repositoryName, digest, tags }) =>
      tags.map((tag) => [`${repositoryName}:${tag.name}`, digest]),
    ),
  );
  return chosen.flatMap(({ repositoryName, digest, tag }) => {
    const now = digestOf.get(`${repositoryName}:${tag}`);
    if (now === digest) return [];
    const why = now === undefined ? "the tag is not there any more" : "the tag points at another image by now";
    return [staleItem({ repositoryName, digest }, "untag", [tag], by, why)];
  });
}

function staleItem(
  image: ImageKey,
  action: "recycle" | "untag",
  tags: string[],
  by: HandChoice,
  error: string,
): Unnumbered {
  const text = reasonText({ decision: "reclaim", reason: { code: "by_hand", ...by } });
  return {
    ...{ action, state: "skipped_stale", ...image, kind: "unknown", tags, selectedTags: tags },
    ...{ reason: { code: "by_hand", text }, members: [], ruleId: null, sizeBytes: 0, uniqueBytes: 0 },
    ...{ pushedAt: null, lastPulledAt: null, binEntryId: null, error },
  };
}
