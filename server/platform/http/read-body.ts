import { isStorableText } from "@/lib/storable";
import { AppError } from "../app-error";

/**
 * The body of a request, never more than `maxBytes` of it.
 * @throws AppError too_large
 */
export async function readBody(request: Request, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  if (!reader) return Buffer.alloc(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
}

/** @throws AppError bad_request when it is not JSON, or has a text that no database keeps; an empty body reads as `{}` */
export async function readJsonBody(request: Request, maxBytes: number): Promise<unknown> {
  const text = (await readBody(request, maxBytes)).toString("utf8");
  if (text.trim() === "") return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new AppError("bad_request", "The body is not valid JSON.");
  }
  // A body as it came holds neither of them: both can only be written as escapes.
  if (/\\u(?:0000|[dD][89a-fA-F])/.test(text) && !isStorable(body))
    throw new AppError("bad_request", "The body has a NUL or half a character in a text.");
  return body;
}

/** Without recursion: a body may nest as deep as it is long. */
function isStorable(body: unknown): boolean {
  const pending = [body];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === "string" && !isStorableText(value)) return false;
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) pending.push(key, inner);
  }
  return true;
}

function tooLarge(maxBytes: number): AppError {
  return new AppError("too_large", `The body is larger than ${Math.floor(maxBytes / 1024)} KiB. Send less at once.`);
}
