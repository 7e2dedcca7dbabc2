// What an entry is from its arrival in the bin on, and what went wrong with it.
import { storableText } from "@/lib/storable";
import { Prisma, type Transaction } from "@/server/platform/db/prisma";

/** What an entry `e` of a space `s` is from its arrival in the bin on: its dates, and what its list shows and searches. */
export const ARRIVED = Prisma.sql`state = 'held', recycled_at = clock_timestamp(),
  purge_after = clock_timestamp() + make_interval(days => s.bin_retention_days),
  verified_at = clock_timestamp(), check_due_at = clock_timestamp() + interval '7 days',
  problem_action = NULL, problem_text = NULL, problem_run_id = NULL, problem_at = NULL,
  tag_names = coalesce((SELECT string_agg(t.name, chr(10) ORDER BY t.name) FROM bin_entry_tags t WHERE t.entry_id = e.id), ''),
  manifest_count = (SELECT count(*) FROM bin_entry_manifests m WHERE m.entry_id = e.id),
  referrer_count = (SELECT count(*) FROM bin_entry_manifests m WHERE m.entry_id = e.id AND m.role = 'referrer')`;

/** Keeps with an entry what went wrong with it, until it works or somebody gives it up. */
export async function writeProblem(
  tx: Transaction,
  entryId: string,
  problem: { action: "recycle" | "restore" | "purge"; text: string; runId: string },
): Promise<void> {
  await tx.binEntry.updateMany({
    where: { id: entryId },
    data: {
      problemAction: problem.action,
      problemText: storableText(problem.text),
      problemRunId: problem.runId,
      problemAt: new Date(),
    },
  });
}
