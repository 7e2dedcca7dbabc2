// A thread that decides a part of a space's repositories. What it says is its result, or that it failed.
import { parentPort } from "node:worker_threads";
import { BlobTable } from "@/domain/reclaim/blob-table";
import { SpacePlan } from "@/domain/reclaim/space-plan";
import { writePlanRows } from "@/server/history/plan-spool";
import { literal, withBulkConnection } from "@/server/platform/db/bulk-connection";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { decideRepositories } from "./decide-repositories";
import type { PlanThreadAnswer, PlanThreadJob } from "./plan-thread-job";

async function decide({ snapshot, limits, file, run, ...decision }: PlanThreadJob): Promise<PlanThreadAnswer> {
  const blobs = new BlobTable();
  const plan = new SpacePlan(limits, blobs);
  const writer = new CopyWriter();
  await withBulkConnection(new AbortController().signal, async (reader) => {
    await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await reader.query(`SET TRANSACTION SNAPSHOT ${literal(snapshot)}`);
    await decideRepositories(decision, {
      reader,
      blobs,
      plan,
      write: async (_, rows) => writePlanRows(file, run, rows, writer),
    });
  });
  return { plan: plan.columns(), blobs: blobs.columns() };
}

parentPort?.once("message", (job: PlanThreadJob) => {
  decide(job).then(
    (answer) => parentPort?.postMessage(answer, buffersOf(answer)),
    // Thrown where nobody catches it: it ends the thread, and is what its starter hears.
    (error: unknown) => setImmediate(() => fail(error)),
  );
});

function fail(error: unknown): never {
  throw error;
}

function buffersOf({ plan, blobs }: PlanThreadAnswer): ArrayBuffer[] {
  const { images: _images, sizes, ...columns } = plan;
  return [...Object.values(columns), ...Object.values(sizes), ...Object.values(blobs)].map((column) => column.buffer);
}
