import { setTimeout as wait } from "node:timers/promises";
import manifest from "./package.json";

const TRIES = 4;
const WAIT_MS_MAX = 60_000;
const HEADERS = { "user-agent": `reclaim-cli/${manifest.version}` };

/**
 * `fetch` that waits as long as the console asks for (429, with Retry-After) and then tries again, some times. Nothing else is tried
 * twice: whether a change was made before a connection broke is not known.
 */
export async function patientFetch(url: string, init: RequestInit): Promise<Response> {
  for (let tried = 1; ; tried++) {
    const response = await fetch(url, { ...init, headers: { ...HEADERS, ...init.headers } });
    const waitMs = Number(response.headers.get("retry-after") ?? Number.NaN) * 1000;
    if (response.status !== 429 || tried === TRIES || !(waitMs <= WAIT_MS_MAX)) return response;
    await response.body?.cancel();
    await wait(waitMs, undefined, init.signal ? { signal: init.signal } : {});
  }
}
