import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import manifest from "./package.json";

const TRIES = 4;
const WAIT_MS_MAX = 60_000;
const BROKEN_WAIT_MS = 500;

/**
 * `fetch` that waits as long as the console asks for (429, with Retry-After) and tries again, some times; so it does where a connection
 * breaks. What starts something carries a key, so that a console that did hear the first try does it once.
 */
export async function patientFetch(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("user-agent", `reclaim-cli/${manifest.version}`);
  if (init.method === "POST") headers.set("idempotency-key", randomUUID());
  // Of other changes it is not known whether they were made: those are sent once.
  const isRepeatable = init.method === undefined || init.method === "GET" || init.method === "POST";
  for (let tried = 1; ; tried++) {
    try {
      const response = await fetch(url, { ...init, headers });
      const waitMs = Number(response.headers.get("retry-after") ?? Number.NaN) * 1000;
      if (response.status !== 429 || tried === TRIES || !(waitMs <= WAIT_MS_MAX)) return response;
      await response.body?.cancel();
      await pause(waitMs, init);
    } catch (error) {
      if (!isRepeatable || tried === TRIES || init.signal?.aborted) throw error;
      await pause(BROKEN_WAIT_MS * tried, init);
    }
  }
}

function pause(durationMs: number, { signal }: RequestInit): Promise<void> {
  return wait(durationMs, undefined, signal ? { signal } : {});
}
