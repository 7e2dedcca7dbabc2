"use client";

import { Plus } from "lucide-react";
import { Button } from "../ui/button";
import { DropdownMenu, MenuItem } from "../ui/dropdown-menu";
import { type ConditionDraft, emptyCondition, type RuleDraft } from "./rule-draft";

type Choice = { label: string; aside: string; condition: ConditionDraft };

const conditionWith = (kind: ConditionDraft["kind"], patch: Partial<ConditionDraft>) => ({
  ...emptyCondition(kind),
  ...patch,
});

/** What people want of a rule, the usual first. */
const CHOICES: Record<RuleDraft["effect"], readonly Choice[]> = {
  reclaim: [
    { label: "Older than some days", aside: "since its push", condition: conditionWith("idle", { clock: "pushed" }) },
    { label: "Not used for some days", aside: "push or pull", condition: conditionWith("idle", { clock: "active" }) },
    {
      label: "Not among the newest few",
      aside: "spares those",
      condition: conditionWith("beyond", { order: "pushed" }),
    },
    {
      label: "Not among the highest versions",
      aside: "spares those",
      condition: conditionWith("beyond", { order: "semver" }),
    },
    { label: "Without a tag", aside: "replaced by a push", condition: emptyCondition("untagged") },
  ],
  protect: [
    {
      label: "Pushed in the last days",
      aside: "since its push",
      condition: conditionWith("within", { clock: "pushed" }),
    },
    { label: "Used in the last days", aside: "push or pull", condition: conditionWith("within", { clock: "active" }) },
    {
      label: "Among the newest few",
      aside: "of each repository",
      condition: conditionWith("among", { order: "pushed" }),
    },
    {
      label: "Among the highest versions",
      aside: "of each repository",
      condition: conditionWith("among", { order: "semver" }),
    },
  ],
};

/** A button that offers the usual conditions in the words in which people think of them; each can be changed afterwards. */
export function AddCondition({
  effect,
  onAdd,
}: {
  effect: RuleDraft["effect"];
  onAdd: (condition: ConditionDraft) => void;
}) {
  return (
    <DropdownMenu align="start" trigger={<Button icon={<Plus />}>Add a condition</Button>}>
      {CHOICES[effect].map(({ label, aside, condition }) => (
        <MenuItem key={label} aside={aside} onSelect={() => onAdd(condition)}>
          {label}
        </MenuItem>
      ))}
    </DropdownMenu>
  );
}
