"use client";

import { useSyncExternalStore } from "react";

type Clock = { subscribe: (listener: () => void) => () => void; read: () => number };

const clocks = new Map<number, Clock>();

/** One timer for all that tick at the same pace; it stands still while nobody looks. */
function clockOf(intervalMs: number): Clock {
  const known = clocks.get(intervalMs);
  if (known) return known;
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const clock: Clock = {
    subscribe(listener) {
      listeners.add(listener);
      if (timer === undefined) {
        now = Date.now();
        timer = setInterval(() => {
          now = Date.now();
          for (const each of listeners) each();
        }, intervalMs);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    read: () => now,
  };
  clocks.set(intervalMs, clock);
  return clock;
}

/** The present time in milliseconds, again every `intervalMs`. Undefined on the server and while hydrating, so that both render the same. */
export function useNow(intervalMs: number): number | undefined {
  const clock = clockOf(intervalMs);
  return useSyncExternalStore<number | undefined>(clock.subscribe, clock.read, () => undefined);
}
