import { dtrRoute } from "@/server/compatible-apis/dtr-route";
import { scheduleCollections } from "@/server/compatible-apis/schedule-collections";
import { verifyBasic } from "@/server/platform/auth/verify-basic";
import { readJsonBody } from "@/server/platform/http/read-body";

const BODY_BYTES_MAX = 16 * 1024;

/** `-d '{"schedule":"0 0 3 * * SAT"}'`; `""` removes it. */
export const POST = dtrRoute("schedule", verifyBasic, async (actor, request) => {
  return { status: 200, body: await scheduleCollections(actor, await readJsonBody(request, BODY_BYTES_MAX)) };
});
