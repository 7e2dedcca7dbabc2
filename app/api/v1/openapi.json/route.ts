import { openApiDocument } from "@/contracts/openapi";

// It says nothing of anybody and is the same until the next build: made once, there.
export const dynamic = "force-static";

/** The API as an OpenAPI 3.1 document; for everybody, so that tools can read it before they have a token. */
export function GET(): Response {
  return Response.json(openApiDocument());
}
