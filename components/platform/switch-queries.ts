import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import { allowReclaims, getReclaimSwitch, type ReclaimSwitchDto, stopAllReclaims } from "@/contracts/platform";

const SWITCH_KEY = ["platform", "reclaim-switch"] as const;
const ASK_AGAIN_MS = 15_000;

/** Whether reclaiming is stopped on the whole platform; asked for again, since somebody of another workspace may turn it. */
export function useReclaimSwitch() {
  return useQuery({
    queryKey: SWITCH_KEY,
    queryFn: ({ signal }) => callOperation(getReclaimSwitch, {}, { signal }),
    refetchInterval: ASK_AGAIN_MS,
  });
}

export function useStopReclaims() {
  const turned = useTurned();
  return useMutation({
    mutationFn: (reason: string) => callOperation(stopAllReclaims, { body: { reason } }),
    onSuccess: turned,
  });
}

export function useAllowReclaims() {
  const turned = useTurned();
  return useMutation({ mutationFn: () => callOperation(allowReclaims, {}), onSuccess: turned });
}

/** Runs were stopped by it, or may start again: every list of runs is read again. */
function useTurned() {
  const queryClient = useQueryClient();
  return (state: ReclaimSwitchDto) => {
    queryClient.setQueryData(SWITCH_KEY, state);
    return queryClient.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[0] === "runs" || queryKey[0] === "run",
    });
  };
}
