import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { callOperation } from "@/contracts/call";
import { allowReclaims, getReclaimSwitch, type ReclaimSwitchDto, stopAllReclaims } from "@/contracts/platform";

const SWITCH_EVERY_MS = 10_000;
const switchKey = ["platform", "reclaim-switch"] as const;

/** Whether reclaims run on the platform at all; every page shows it where they do not. */
export function useReclaimSwitch() {
  return useQuery({
    queryKey: switchKey,
    queryFn: ({ signal }) => callOperation(getReclaimSwitch, {}, { signal }),
    refetchInterval: SWITCH_EVERY_MS,
  });
}

function useSwitchTurned() {
  const queryClient = useQueryClient();
  return (state: ReclaimSwitchDto) => {
    queryClient.setQueryData(switchKey, state);
    return queryClient.invalidateQueries({ queryKey: ["runs"] });
  };
}

/** Stops every reclaim of every workspace, and says why. */
export function useStopReclaims() {
  const onSuccess = useSwitchTurned();
  return useMutation({
    mutationFn: (reason: string) => callOperation(stopAllReclaims, { body: { reason } }),
    onSuccess,
  });
}

export function useAllowReclaims() {
  const onSuccess = useSwitchTurned();
  return useMutation({ mutationFn: () => callOperation(allowReclaims, {}), onSuccess });
}
