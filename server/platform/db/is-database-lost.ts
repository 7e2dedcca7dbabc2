/** PostgreSQL: shut down, crashed or starting; full; connection errors. The system: no connection. Prisma: the same. */
const LOST = /^(?:57P0[123]|53300|08...|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|P1001|P1002|P1017)$/;
const LOST_WORDS =
  /Code: `(?:57P0[123]|53300|08...)`|terminating connection|connection (?:is |was )?(?:ended|terminated|closed)|closed the connection|not queryable|starting up|shutting down|too many clients/i;

/**
 * Whether an error says that the database went away, as it does when it is restarted: nothing is wrong with what was asked, and the same
 * may work a moment later. Also what a lock's `lost` signal gives as its reason. Errors of a registry are none of these.
 */
export function isDatabaseLost(error: unknown): boolean {
  if (!(error instanceof Error) || error.name === "RegistryError") return false;
  const { code } = error as Error & { code?: unknown };
  if (typeof code === "string" && LOST.test(code)) return true;
  return LOST_WORDS.test(error.message) || (error.cause !== undefined && isDatabaseLost(error.cause));
}
