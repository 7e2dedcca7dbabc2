"use client";

import type { RunDto } from "@/contracts/history";
import { runNumbers } from "../history/run-words";
import { useSpace } from "../spaces/queries";
import { Callout } from "../ui/callout";

/**
 * Before a run starts: that its rules take so much of the space that it will wait for a confirmation, what a limit leaves for other runs
 * among it. Nothing where they do not.
 */
export function ShareNote({
  workspaceId,
  spaceId,
  preview,
}: {
  workspaceId: string;
  spaceId: string;
  preview: RunDto;
}) {
  const { data: space } = useSpace(workspaceId, spaceId);
  const { itemsTotal = 0, itemsKept = 0 } = runNumbers(preview);
  const all = itemsTotal + itemsKept;
  if (!space || all === 0 || itemsTotal * 100 <= space.confirmSharePercent * all) return null;
  return (
    <Callout
      tone="warning"
      title={`Its rules take about ${Math.round((itemsTotal / all) * 100)} % of the images of this space`}
    >
      More than {space.confirmSharePercent} % at once waits: the run makes its plan, and then somebody confirms it on
      its page before anything moves.
    </Callout>
  );
}
