import { createHash, timingSafeEqual } from "node:crypto";
import { AppError } from "@/server/platform/app-error";
import { env } from "@/server/platform/env";
import { readBody } from "@/server/platform/http/read-body";
import { log } from "@/server/platform/log";
import { receiveRegistryEvents } from "@/server/registries/receive-registry-events";

const BODY_BYTES_MAX = 1024 * 1024;

/**
 * Notifications of a registry, under the shared secret. Answered as soon as they are stored; one that cannot be used is
 * answered 200 all the same, because a registry repeats a refused one for ever and holds everything behind it back.
 */
export async function POST(request: Request): Promise<Response> {
  if (!isSecret(request.headers.get("authorization") ?? "")) return new Response(null, { status: 401 });
  try {
    const text = (await readBody(request, BODY_BYTES_MAX)).toString("utf8");
    await receiveRegistryEvents(new URL(request.url).searchParams.get("registry"), JSON.parse(text));
  } catch (error) {
    // Too large or no JSON: it would be so for ever. The next crawl sees what it told.
    const isUseless = error instanceof SyntaxError || (error instanceof AppError && error.code === "too_large");
    if (!isUseless) {
      log.error({ error }, "notifications could not be stored");
      return new Response(null, { status: 503 });
    }
    log.warn({ message: error.message }, "a notification could not be used");
  }
  return new Response(null, { status: 200 });
}

function isSecret(header: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(header), hash(`Bearer ${env().RECLAIM_EVENTS_SECRET}`));
}
