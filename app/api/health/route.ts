import { isDatabaseUp } from "@/server/platform/db/is-database-up";

export const dynamic = "force-dynamic";

/** Whether the console answers and reaches its database. */
export async function GET(): Promise<Response> {
  const isUp = await isDatabaseUp();
  return Response.json({ status: isUp ? "ok" : "database unreachable" }, { status: isUp ? 200 : 503 });
}
