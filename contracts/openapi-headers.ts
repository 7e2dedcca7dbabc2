import type { JsonSchema } from "./openapi-schemas";
import type { Operation } from "./operation";

interface Header {
  description: string;
  schema: JsonSchema;
}

/** Their answers say which version they are of (`ETag`). */
const TELL_VERSION: ReadonlySet<string> = new Set([
  ...["getRule", "updateRule", "getSpace", "updateSpace", "getRegistry", "updateRegistry"],
  ...["getGcSchedule", "setGcSchedule", "removeGcSchedule"],
]);
/** They change that version only, where it is named (`If-Match`). */
const TAKE_VERSION: ReadonlySet<string> = new Set([
  ...["updateRule", "deleteRule", "updateSpace", "updateRegistry", "detachRegistry"],
  ...["setGcSchedule", "removeGcSchedule"],
]);

const text = (description: string): Header => ({ description, schema: { type: "string" } });

/** Headers that an operation takes, by name. */
export function requestHeadersOf(operation: Operation): Record<string, Header> {
  return {
    ...(operation.output === "stream"
      ? { "Last-Event-ID": text("Of the last frame that was received: the stream goes on after it.") }
      : {}),
    ...(operation.method === "POST"
      ? {
          "Idempotency-Key": text(
            "A text of your own, such as a UUID: the same request with the same key is done once and answered alike for 24 hours.",
          ),
        }
      : {}),
    ...(TAKE_VERSION.has(operation.id)
      ? { "If-Match": text("The ETag of what was read: a change of another version is refused with 412.") }
      : {}),
  };
}

const OF_ALL: Record<string, Header> = {
  "X-Request-Id": text("Names this request in logs and audit records."),
  RateLimit: text("How many requests are left, and in how many seconds there are more."),
};

/** Headers that a good answer has besides those of its media type. */
export function responseHeadersOf(operation: Operation): Record<string, Header> {
  return { ...OF_ALL, ...(TELL_VERSION.has(operation.id) ? { ETag: text("The version of what is answered.") } : {}) };
}

/** Headers of a problem. */
export function problemHeadersOf(status: number): Record<string, Header> {
  const wait = { description: "Seconds after which it is worth trying again.", schema: { type: "integer" } };
  return { ...OF_ALL, ...(status === 429 ? { "Retry-After": wait } : {}) };
}
