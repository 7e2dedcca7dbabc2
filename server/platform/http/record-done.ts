import type { Operation } from "@/contracts/operation";
import { log } from "../log";
import { hasEventOf, insertDone } from "./done.store";
import type { RequestContext } from "./request-context";

/** Operations that only ask, whatever their method is: nothing changes through them, and nothing is recorded. */
export const QUESTIONS: ReadonlySet<string> = new Set([
  "checkRestore",
  "importRules",
  "measureImages",
  "testRegistry",
  "testRule",
  "tryLifecycle",
]);

/**
 * Records a request that was answered and left no event of its own, because it found nothing to do: a cancel of what has ended, an edit that
 * changes nothing. Whatever does something is recorded in the transaction in which it does it, or not done.
 */
export async function recordDone(
  asked: RequestContext,
  operation: Operation,
  request: { path: string; params: Record<string, unknown> },
): Promise<void> {
  if (operation.method === "GET" || QUESTIONS.has(operation.id)) return;
  try {
    if (await hasEventOf(asked.requestId)) return;
    const spaceId = typeof request.params.spaceId === "string" ? request.params.spaceId : null;
    await insertDone(asked, { summary: operation.summary, path: request.path, spaceId });
  } catch (error) {
    log.error({ error, requestId: asked.requestId }, "a request could not be recorded");
  }
}
