// Executes a collection in a process of its own, so that a test can kill it: its argument is the run's id.
import { executeGc } from "@/server/gc/execute-gc";
import { executeRun } from "@/server/history/execute-run";

const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
await executeRun(process.argv[2] ?? "", `process-${process.pid}`, executors, new AbortController().signal);
process.exit(0);
