import { z } from "zod";
import { idSchema } from "./common";

const shardSchema = z.object({ runId: idSchema, gcEpoch: z.number().int(), number: z.number().int() }).strict();

/** Queue name → payload. A payload carries ids only: everything else is read from PostgreSQL when the job runs. */
export const JOBS = {
  /** execute (or resume) a run */
  run: z.object({ runId: idSchema }).strict(),
  /** execute (or resume) a crawl: read a registry into the inventory and measure its unused data */
  crawl: z.object({ crawlId: idSchema }).strict(),
  /** work off notifications received from a registry */
  "registry-events": z.object({ registryId: idSchema }).strict(),
  /** take part in a collection, beginning with this shard */
  "gc-shard": shardSchema,
  /** all shards of a part of a collection were taken (the last one is `number`): see that its run goes on */
  "gc-joined": shardSchema,
} as const;
export type JobName = keyof typeof JOBS;
export type JobPayload<N extends JobName> = z.infer<(typeof JOBS)[N]>;
