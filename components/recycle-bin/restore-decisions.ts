import type { RestoreCheckDto } from "@/contracts/recycle-bin";
import type { TagChoice } from "./queries";

type Conflict = RestoreCheckDto["conflicts"][number];

/** Not everything can be done with every tag: where the choice for all cannot, the current image keeps it. */
export function possible({ choices }: Pick<Conflict, "choices">, choice: TagChoice): TagChoice {
  return choices.includes(choice) ? choice : "keep_current";
}

/**
 * What is asked of the tags in conflict, from the choice for all and what was chosen by name. Taking a tag back holds for the image that was
 * shown, so that each is decided by name with that image; where all were shown, no choice is left that would hold for one unseen.
 */
export function restoreDecisions(
  found: Pick<RestoreCheckDto, "conflicts" | "isConflictsCapped">,
  forAll: TagChoice,
  chosen: (conflict: Conflict) => TagChoice | undefined,
) {
  const isBound = forAll === "take_back" && !found.isConflictsCapped;
  return {
    onTagConflict: isBound ? ("keep_current" as const) : forAll,
    decisions: found.conflicts.flatMap((conflict) => {
      const byName = chosen(conflict);
      const choice = byName ?? possible(conflict, forAll);
      if (byName === undefined && choice !== "take_back") return [];
      const { entryId, tag, currentDigest } = conflict;
      return [{ entryId, tag, choice, currentDigest }];
    }),
  };
}
