import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Operation } from "@/contracts/operation";
import { AppError } from "../app-error";
import type { Actor } from "../auth/actor";
import { decryptSecret, encryptSecret } from "../crypto/secret-box";
import { log } from "../log";
import { findKept, forgetExpiredKeys, freeKey, keepAnswer, takeKey } from "./idempotency.store";

const KEPT_MS = 24 * 3_600_000;
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 100;
/** A request that has not been answered for so long never will be: its process died. */
const LOST_MS = 120_000;
const FORGET_EVERY_MS = 3_600_000;
const KEY = /^[\x21-\x7e]{1,200}$/;

let forgottenAt = 0;

/** Who a key belongs to: two people may choose the same one. */
function actorKey(actor: Actor): string {
  if (actor.kind === "system") return "system";
  return actor.token?.id ?? (actor.kind === "user" ? actor.userId : actor.tokenId);
}

/**
 * Answers a request once: the same key with the same input gets the first answer again for a day, however often it is sent and however
 * many are under way. A request that was refused (4xx) did nothing and frees its key. One that failed on our side may have done its work:
 * its key stays taken, and whoever repeats it is told to look.
 * @throws AppError unprocessable (the key was used for other input), conflict (still being answered, or its answer was lost), bad_request
 */
export async function answerOnce(
  key: string,
  request: { actor: Actor; operation: Operation; input: unknown },
  answer: () => Promise<Response>,
): Promise<Response> {
  if (!KEY.test(key))
    throw new AppError("bad_request", "An Idempotency-Key has 1 to 200 visible characters, such as a UUID.");
  const { operation } = request;
  const place = { actorKey: actorKey(request.actor), key };
  const inputHash = createHash("sha256")
    .update(JSON.stringify([operation.id, request.input]))
    .digest("base64url");
  const now = new Date();
  const expired = new Date(now.getTime() - KEPT_MS);
  await forgetSometimes(now, expired);
  if (!(await takeKey({ ...place, operation: operation.id, inputHash }, now, expired)))
    return keptAnswer(place, inputHash);
  try {
    const response = await answer();
    await keepAnswer(place, response.status, encryptSecret(await response.clone().text()));
    return response;
  } catch (error) {
    if (error instanceof AppError) await freeKey(place);
    throw error;
  }
}

async function keptAnswer(place: { actorKey: string; key: string }, inputHash: string): Promise<Response> {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const kept = await findKept(place);
    if (kept && kept.inputHash !== inputHash)
      throw new AppError("unprocessable", "This Idempotency-Key was used for another request. Use a new one.");
    if (kept?.status != null && kept.answerEncrypted !== null)
      return new Response(decryptSecret(kept.answerEncrypted), {
        status: kept.status,
        headers: {
          "content-type": "application/json",
          "cache-control": "no-store",
          "idempotency-replayed": "true",
        },
      });
    if (!kept)
      throw new AppError(
        "conflict",
        "The first request with this Idempotency-Key was refused just now. Send it again.",
      );
    if (Date.now() - kept.createdAt.getTime() > LOST_MS)
      throw new AppError(
        "conflict",
        "A request with this Idempotency-Key was begun, and its answer was lost. Look whether it did its work before you send it with a new key.",
      );
    if (Date.now() >= until)
      throw new AppError("conflict", "A request with this Idempotency-Key is being answered. Try again in a moment.");
    await delay(LOOK_EVERY_MS);
  }
}

async function forgetSometimes(now: Date, expired: Date): Promise<void> {
  if (now.getTime() - forgottenAt < FORGET_EVERY_MS) return;
  forgottenAt = now.getTime();
  await forgetExpiredKeys(expired).catch((error: unknown) =>
    log.warn({ error }, "old idempotency keys could not be removed"),
  );
}
