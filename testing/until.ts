/**
 * Asks until the answer is one (not undefined, null, false or 0), at most `timeoutMs` (90 s) long.
 * @throws Error naming what was waited for, with what was seen last.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  options: { timeoutMs?: number; everyMs?: number; lastSeen?: () => unknown } = {},
): Promise<T> {
  const { timeoutMs = 90_000, everyMs = 40 } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) {
      const seen = options.lastSeen ? ` Last seen: ${JSON.stringify(options.lastSeen())}` : "";
      throw new Error(`not within ${timeoutMs / 1000} s: ${what}.${seen}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
