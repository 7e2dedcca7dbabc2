import { z } from "zod";
import { dtrRoute } from "@/server/compatible-apis/dtr-route";
import { startCollections } from "@/server/compatible-apis/start-collections";
import { AppError } from "@/server/platform/app-error";
import { verifyBasic } from "@/server/platform/auth/verify-basic";
import { readJsonBody } from "@/server/platform/http/read-body";

const BODY_BYTES_MAX = 16 * 1024;
const bodySchema = z.object({ job: z.literal("registryGC") });

/** `-d '{"job":"registryGC"}'`: garbage collection now, on every registry that the caller administers. */
export const POST = dtrRoute("job", verifyBasic, async (actor, request) => {
  if (!bodySchema.safeParse(await readJsonBody(request, BODY_BYTES_MAX)).success)
    throw new AppError("bad_request", 'the only job here is {"job": "registryGC"}');
  return { status: 202, body: await startCollections(actor) };
});
