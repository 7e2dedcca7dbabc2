import pino from "pino";

/** Structured log; secrets never go in. Children carry requestId, workspaceId or runId. */
export const log = pino({
  level: process.env.RECLAIM_LOG_LEVEL ?? "info",
  base: null,
  serializers: { error: pino.stdSerializers.err },
  timestamp: pino.stdTimeFunctions.isoTime,
});
