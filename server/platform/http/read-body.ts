import { AppError } from "../app-error";

const BODY_BYTES_MAX = 256 * 1024;

/**
 * The body of a request, never more than `maxBytes` of it.
 * @throws AppError too_large
 */
export async function readBody(request: Request, maxBytes = BODY_BYTES_MAX): Promise<Buffer> {
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

/** @throws AppError bad_request when it is not JSON; an empty body reads as `{}` */
export async function readJsonBody(request: Request): Promise<unknown> {
  const text = (await readBody(request)).toString("utf8");
  if (text.trim() === "") return {};
  if (/\\u0000/.test(text)) throw new AppError("bad_request", "The body has a NUL character in a text.");
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("bad_request", "The body is not valid JSON.");
  }
}

function tooLarge(maxBytes: number): AppError {
  return new AppError("too_large", `The body is larger than ${Math.floor(maxBytes / 1024)} KiB. Send less at once.`);
}
