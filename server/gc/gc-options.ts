import { z } from "zod";
import { GC_MODES } from "@/domain/gc/gc-mode";

/** What somebody chose for a collection, as its row keeps it. The defaults are what runs before there was a choice did. */
const gcOptionsSchema = z.object({
  /** also remove manifests that nothing keeps */
  deleteUntagged: z.boolean().default(false),
  /** false: only the manifests; their blobs stay for another run */
  sweepBlobs: z.boolean().default(true),
  /** null = until done */
  timeBoxMinutes: z.number().int().positive().nullable().default(null),
  mode: z.enum(GC_MODES).default("read_only"),
});
export type GcOptions = z.infer<typeof gcOptionsSchema>;

/** The options of a run, those of old runs too. @throws ZodError where they are no options of a collection */
export function gcOptionsOf(run: { options: unknown }): GcOptions {
  return gcOptionsSchema.parse(run.options);
}
