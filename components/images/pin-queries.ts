import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import { createPins, deletePin, updatePin } from "@/contracts/pins";
import { type Place, refreshImages } from "./queries";

/** Pins images; what was pinned already keeps its pin. */
export function useCreatePins(place: Place) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: z.input<typeof createPins.body>) => callOperation(createPins, { params: place, body }),
    onSuccess: () => refreshImages(queryClient, place),
  });
}

/** Changes why an image is pinned, or until when. */
export function useUpdatePin(place: Place) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ pinId, ...body }: { pinId: string } & z.input<typeof updatePin.body>) =>
      callOperation(updatePin, { params: { ...place, pinId }, body }),
    onSuccess: () => refreshImages(queryClient, place),
  });
}

/** Ends a pin. */
export function useDeletePin(place: Place) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (pinId: string) => callOperation(deletePin, { params: { ...place, pinId } }),
    onSuccess: () => refreshImages(queryClient, place),
  });
}
