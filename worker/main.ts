import { hostname } from "node:os";
import { log } from "@/server/platform/log";
import { startWorker } from "./start-worker";

const shutdown = new AbortController();
const worker = await startWorker({ workerId: `${hostname()}-${process.pid}`, shutdown: shutdown.signal });
log.info("worker ready");

let isStopping = false;
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal: name }, "stopping");
    shutdown.abort();
    worker.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, "the worker did not stop cleanly");
        process.exit(1);
      },
    );
  });
}
process.on("unhandledRejection", (error) => log.error({ error }, "unhandled rejection"));
