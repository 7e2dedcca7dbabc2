import { PROBLEM_TYPES, type ProblemCode } from "@/contracts/problem";
import { AppError } from "../app-error";
import { log } from "../log";
import { insertRefusal } from "./refusals.store";
import type { RequestContext } from "./request-context";

const RECORDED: ReadonlySet<ProblemCode> = new Set(["unauthenticated", "forbidden", "not_found", "too_many_requests"]);
const PATH_MAX = 300;
const WINDOW_MS = 60_000;
const PER_WINDOW = 10;
const CALLERS_MAX = 5_000;

const seen = new Map<string, { since: number; count: number; unrecorded: number }>();

/**
 * Records that somebody was refused a change (or asked too often): who, from where, what and why. Of one caller and operation ten a
 * minute are kept and the others counted, so that knocking on doors cannot fill the log. Never fails: the refusal stands anyway.
 */
export async function recordRefusal(
  asked: RequestContext,
  request: { method: string; path: string; summary: string },
  error: unknown,
): Promise<void> {
  if (!(error instanceof AppError) || !RECORDED.has(error.code)) return;
  if (request.method === "GET" && error.code !== "too_many_requests") return;
  const unrecorded = takeTurn(`${asked.address} ${asked.operation} ${error.code} ${nameOf(asked)}`);
  if (unrecorded === null) return;
  const { status, title } = PROBLEM_TYPES[error.code];
  const { summary, path } = request;
  const refusal = {
    summary,
    code: error.code,
    status,
    title,
    detail: error.detail,
    path: path.slice(0, PATH_MAX),
    unrecorded,
  };
  await insertRefusal(asked, refusal).catch((failure: unknown) =>
    log.error({ error: failure, requestId: asked.requestId }, "a refusal could not be recorded"),
  );
}

function nameOf({ actor }: RequestContext): string {
  if (actor === null) return "";
  return actor.kind === "user" ? actor.userId : actor.name;
}

/** How many were left out since the last one that was kept; null = leave this one out. */
function takeTurn(key: string): number | null {
  const now = Date.now();
  const turn = seen.get(key);
  if (turn && now - turn.since < WINDOW_MS) {
    turn.count++;
    if (turn.count <= PER_WINDOW) return 0;
    turn.unrecorded++;
    return null;
  }
  if (seen.size >= CALLERS_MAX) seen.clear();
  seen.set(key, { since: now, count: 1, unrecorded: 0 });
  return turn?.unrecorded ?? 0;
}
