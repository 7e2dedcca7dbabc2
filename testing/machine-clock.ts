import { createHash } from "node:crypto";
import { prisma } from "@/server/platform/db/prisma";

const TICK_MS = 50;
const WORK = Buffer.alloc(512 * 1024);

/**
 * Seconds for what has to happen within so many of them, on a machine that others use as well: a clock that goes on by 50 ms each time
 * this process has waited for as long, done a little work and had an answer of the database. On a machine of its own it loses a twentieth;
 * where everything takes ten times as long it loses nine tenths. Answers what reads it (ms) and stops it.
 */
export function startMachineClock(): () => number {
  let elapsedMs = 0;
  let isStopped = false;
  const tick = async (): Promise<void> => {
    while (!isStopped) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      createHash("sha256").update(WORK).digest();
      await prisma().$queryRaw`SELECT 1`;
      if (!isStopped) elapsedMs += TICK_MS;
    }
  };
  tick().catch(() => undefined);
  return () => {
    isStopped = true;
    return elapsedMs;
  };
}
