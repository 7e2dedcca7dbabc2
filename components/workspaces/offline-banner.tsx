"use client";

import { onlineManager } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { Banner } from "../ui/banner";

const subscribe = (onChange: () => void) => onlineManager.subscribe(onChange);

/** Says why nothing on the screen changes any more while the browser has no network. */
export function OfflineBanner() {
  const isOnline = useSyncExternalStore(
    subscribe,
    () => onlineManager.isOnline(),
    () => true,
  );
  if (isOnline) return null;
  return (
    <Banner tone="warning" title="You are offline:">
      what you see may be out of date, and nothing can be changed. It goes on by itself once the connection is back.
    </Banner>
  );
}
