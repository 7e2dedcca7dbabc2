import { toast } from "sonner";
import type { BinEntryDto } from "@/contracts/recycle-bin";
import { problemOf } from "../ui/problem-of";
import { useGiveUpBinEntry, useRetryBinEntry } from "./queries";

export type ProblemActions = ReturnType<typeof useProblemActions>;

/** What can be done about an entry whose last move failed. */
export function useProblemActions(workspaceId: string, onStarted: (run: { id: string; spaceId: string }) => void) {
  const retry = useRetryBinEntry(workspaceId);
  const giveUp = useGiveUpBinEntry(workspaceId);
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      const problem = problemOf(error);
      toast.error(problem?.title ?? "That did not work", { description: problem?.detail });
    }
  };
  const placeOf = (entry: BinEntryDto) => ({ spaceId: entry.spaceId, entryId: entry.id });
  return {
    isBusy: retry.isPending || giveUp.isPending,
    retry: (entry: BinEntryDto) => attempt(async () => onStarted(await retry.mutateAsync(placeOf(entry)))),
    giveUp: (entry: BinEntryDto) =>
      attempt(async () => {
        await giveUp.mutateAsync(placeOf(entry));
        toast.success(entry.state === "recycling" ? "The half-made copy is forgotten" : "It stays in the recycle bin");
      }),
  };
}
