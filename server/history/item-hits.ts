// Which rules selected an item, as it keeps them: names and revisions stand in the options of its run, once for all items.
import { z } from "zod";
import type { RunItemRecord } from "./run-item.store";

/** Rules of a run by their id, in the revision that it went by. */
export type RunRules = ReadonlyMap<string, { name: string; revision: number }>;

/** A rule that selected an item, and the tags that it took. */
interface ItemHit {
  ruleId: string;
  ruleName: string;
  revision: number;
  tags: readonly string[];
}

/** How an item keeps a hit: `tags` has a 1 for each tag of the item that the rule took and a 0 for each other one, and is left out where it took all. */
export interface KeptHit {
  ruleId: string;
  tags?: string;
}

/** Items of earlier versions say all of it themselves; their tags are left out where every hit took all. */
type StoredHit = KeptHit | (Omit<ItemHit, "tags"> & Partial<Pick<ItemHit, "tags">>);

const optionsSchema = z.object({
  rules: z.array(z.object({ id: z.string(), name: z.string(), revision: z.number() })).default([]),
});

const known = new WeakMap<{ options: unknown }, RunRules>();

/** The rules that a run goes by; none where somebody chose by hand. Worked out once for each run: every item asks. */
export function runRules(run: { options: unknown }): RunRules {
  const rules =
    known.get(run) ??
    new Map((optionsSchema.safeParse(run.options).data?.rules ?? []).map(({ id, ...rule }) => [id, rule]));
  known.set(run, rules);
  return rules;
}

/** What an item of these tags keeps of hits. */
export function keptHits(
  hits: readonly Pick<ItemHit, "ruleId" | "tags">[],
  all: readonly string[],
): readonly KeptHit[] {
  return hits.map(({ ruleId, tags }) =>
    tags.length === all.length ? { ruleId } : { ruleId, tags: marksOf(all, tags) },
  );
}

/** The hits of an item. A rule that its run does not know has revision 0: none that stands. */
export function itemHits({ tags, reason }: Pick<RunItemRecord, "tags" | "reason">, rules: RunRules): ItemHit[] {
  const { plan } = reason as { plan?: { hits?: readonly StoredHit[] } };
  return (plan?.hits ?? []).map((hit) => {
    const rule = rules.get(hit.ruleId);
    const { ruleName, revision } =
      "revision" in hit ? hit : { ruleName: rule?.name ?? hit.ruleId, revision: rule?.revision ?? 0 };
    return { ruleId: hit.ruleId, ruleName, revision, tags: tagsOf(hit, tags) };
  });
}

function tagsOf({ tags }: StoredHit, all: readonly string[]): readonly string[] {
  if (tags === undefined) return all;
  return typeof tags === "string" ? all.filter((_, at) => tags[at] === "1") : tags;
}

const FEW_TAGS = 16;

function marksOf(all: readonly string[], taken: readonly string[]): string {
  const set = taken.length > FEW_TAGS ? new Set(taken) : null;
  let marks = "";
  for (const tag of all) marks += (set === null ? taken.includes(tag) : set.has(tag)) ? "1" : "0";
  return marks;
}
