import { AppError } from "@/server/platform/app-error";
import { errorResponse, newRequestId } from "@/server/platform/http/problem-response";

/** A path that no operation has, refused as operations refuse. */
function refuse(): Response {
  const detail = "There is no such operation. GET /api/v1/openapi.json lists all of them.";
  return errorResponse(new AppError("not_found", detail), newRequestId());
}

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as POST, refuse as PUT };
