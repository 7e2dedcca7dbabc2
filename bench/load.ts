import http from "node:http";

export interface Load {
  /** of one request, in the order of their ends, ms */
  timesMs: number[];
  /** answers that were none of the expected status */
  wrong: number;
  tookMs: number;
}

export interface Ask {
  url: string;
  headers: Record<string, string>;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

/** So many clients, each sending its next request when the last one was answered, for so long. */
export async function closedLoad(ask: Ask, { clients, ms }: { clients: number; ms: number }): Promise<Load> {
  const load: Load = { timesMs: [], wrong: 0, tookMs: 0 };
  const began = performance.now();
  const client = async () => {
    while (performance.now() - began < ms) await one(ask, performance.now(), load);
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { ...load, tookMs: performance.now() - began };
}

/** So many requests a second, however long answers take: each is timed from when it was due. */
export async function openLoad(ask: Ask, { perSecond, ms }: { perSecond: number; ms: number }): Promise<Load> {
  const load: Load = { timesMs: [], wrong: 0, tookMs: 0 };
  const began = performance.now();
  const sent: Promise<void>[] = [];
  for (let n = 0; n < (perSecond * ms) / 1000; n++) {
    const dueAt = began + (n * 1000) / perSecond;
    const early = dueAt - performance.now();
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    sent.push(one(ask, dueAt, load));
  }
  await Promise.all(sent);
  return { ...load, tookMs: performance.now() - began };
}

function one({ url, headers }: Ask, fromMs: number, load: Load): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers }, (response) => {
      response.on("error", reject);
      response.on("end", () => {
        load.timesMs.push(performance.now() - fromMs);
        if (response.statusCode !== 200) load.wrong += 1;
        resolve();
      });
      response.resume();
    });
    request.on("error", reject);
  });
}

/** The value that so much (0…1) of the numbers stays below. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
