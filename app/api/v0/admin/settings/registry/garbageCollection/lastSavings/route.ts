import { dtrRoute } from "@/server/compatible-apis/dtr-route";
import { lastSavings } from "@/server/compatible-apis/last-savings";
import { verifyBasic } from "@/server/platform/auth/verify-basic";

export const GET = dtrRoute("last savings", verifyBasic, async (actor) => {
  return { status: 200, body: await lastSavings(actor) };
});
