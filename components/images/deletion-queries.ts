import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import { startRecycle, startUntag } from "@/contracts/image-deletion";
import { noteStartedRun } from "../history/queries";
import type { Place } from "./queries";

/** Starts to delete images by hand; answers the run to follow. */
export function useStartRecycle(place: Place) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: z.input<typeof startRecycle.body>) => callOperation(startRecycle, { params: place, body }),
    onSuccess: (run) => noteStartedRun(queryClient, place.workspaceId, run),
  });
}

/** Starts to delete tags by hand; answers the run to follow. */
export function useStartUntag(place: Place) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: z.input<typeof startUntag.body>) => callOperation(startUntag, { params: place, body }),
    onSuccess: (run) => noteStartedRun(queryClient, place.workspaceId, run),
  });
}
