"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Place, refreshImages } from "./queries";
import { useSpaceStream } from "./use-space-stream";

export interface LiveImages {
  /** when the images changed by themselves for the last time, ISO; null = not since the page was opened */
  changedAt: string | null;
}

/** Keeps what is on screen up to date: whatever changes in the space is read again where it is in view, and said. */
export function useLiveImages(place: Place): LiveImages {
  const queryClient = useQueryClient();
  const [changedAt, setChangedAt] = useState<string | null>(null);
  useSpaceStream(place, () => {
    void refreshImages(queryClient, place);
    setChangedAt(new Date().toISOString());
  });
  return { changedAt };
}
