import { z } from "zod";

const TAGS_MAX = 10_000_000;
const DAYS_MAX = 36_500;

const keepLatestTags = z
  .int("use a whole number of tags")
  .min(1, "reserve at least 1 tag")
  .max(TAGS_MAX, `use at most ${TAGS_MAX} tags`)
  .nullable();
const keepDays = z
  .int("use a whole number of days")
  .min(1, "use at least 1 day")
  .max(DAYS_MAX, `use at most ${DAYS_MAX} days`)
  .nullable();

/** What a lifecycle policy reserves of each repository: its latest N tags, its tags of the last D days. null = does not count. */
export const lifecycleKeepSchema = z.strictObject({ keepLatestTags, keepDays });
export type LifecycleKeep = z.infer<typeof lifecycleKeepSchema>;

/** A policy as a plan uses it: what it reserves, and of which repositories of the space. */
export const appliedLifecycleSchema = z.strictObject({
  keepLatestTags,
  keepDays,
  /** of this repository alone; null = of all but the excepted */
  onlyRepository: z.string().nullable(),
  /** repositories with a policy of their own, which outranks this one */
  exceptRepositories: z.array(z.string()),
});
export type AppliedLifecycle = z.infer<typeof appliedLifecycleSchema>;

/** One thing that a policy finds of an image's tags. */
export type LifecycleFact =
  | ({ kind: "tagsDue" } & LifecycleKeep)
  | { kind: "tagAmongLatest"; tag: string; n: number; position: number }
  | { kind: "tagWithinDays"; tag: string; days: number; measuredDays: number };

/** Whether a policy is about a repository. */
export function lifecycleCovers(
  lifecycle: Pick<AppliedLifecycle, "onlyRepository" | "exceptRepositories">,
  repositoryName: string,
): boolean {
  const { onlyRepository, exceptRepositories } = lifecycle;
  return onlyRepository === null ? !exceptRepositories.includes(repositoryName) : onlyRepository === repositoryName;
}
