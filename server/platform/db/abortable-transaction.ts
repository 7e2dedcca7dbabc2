import { prisma, type Transaction } from "./prisma";

const TIMEOUT_MS = 15 * 60_000;

/**
 * A transaction that may take long and ends within moments of `signal`: what PostgreSQL is at then is cancelled, and everything
 * rolled back. @throws the signal's reason when aborted
 */
export async function abortableTransaction<T>(signal: AbortSignal, work: (tx: Transaction) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await prisma().$transaction(
      async (tx) => {
        const [backend] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
        let cancelling: Promise<unknown> = Promise.resolve();
        const cancel = () => {
          cancelling = prisma().$queryRaw`SELECT pg_cancel_backend(${backend?.pid ?? 0})`.catch(() => undefined);
        };
        signal.addEventListener("abort", cancel, { once: true });
        try {
          const result = await work(tx);
          signal.throwIfAborted();
          return result;
        } finally {
          signal.removeEventListener("abort", cancel);
          // The connection goes back to the pool after this: no cancel may reach whoever has it next.
          await cancelling;
        }
      },
      { timeout: TIMEOUT_MS, maxWait: 30_000 },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
