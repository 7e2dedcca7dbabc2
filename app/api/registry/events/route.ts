import { createHash, timingSafeEqual } from "node:crypto";
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
    if (!(error instanceof SyntaxError)) {
      log.error({ error }, "notifications could not be stored");
      return new Response(null, { status: 503 });
    }
  }
  return new Response(null, { status: 200 });
}

function isSecret(header: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(header), hash(`Bearer ${env().RECLAIM_EVENTS_SECRET}`));
}
