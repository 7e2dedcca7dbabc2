import { softDeleteImage } from "@/server/compatible-apis/soft-delete-image";
import { AppError, notFound } from "@/server/platform/app-error";
import { verifyCredentials } from "@/server/platform/auth/verify-credentials";
import { basicCredentials } from "@/server/platform/http/basic-credentials";
import { errorResponse, newRequestId } from "@/server/platform/http/problem-response";

/** `…/<namespace>/<name>/manifests/<reference>`, as scripts for Docker Trusted Registry send it. A name may have several parts. */
export async function DELETE(request: Request, context: { params: Promise<{ path: string[] }> }): Promise<Response> {
  const requestId = newRequestId();
  try {
    const credentials = basicCredentials(request.headers.get("authorization"));
    const user = credentials && (await verifyCredentials(credentials.username, credentials.password));
    if (!user)
      throw new AppError("unauthenticated", "Send the e-mail address and the password as HTTP Basic credentials.");
    const { path } = await context.params;
    const [namespace, ...rest] = path.map(decodeURIComponent);
    const [manifests, reference] = rest.splice(-2);
    if (!namespace || rest.length === 0 || manifests !== "manifests" || !reference) throw notFound();
    const { id: userId, name, email, isPlatformAdmin } = user;
    const actor = { kind: "user", userId, name, email, isPlatformAdmin, sessionId: "", token: null } as const;
    await softDeleteImage(actor, { namespace, name: rest.join("/"), reference });
    return new Response(null, { status: 204, headers: { "x-request-id": requestId } });
  } catch (error) {
    const response = errorResponse(error, requestId);
    if (response.status === 401) response.headers.set("www-authenticate", 'Basic realm="Reclaim"');
    return response;
  }
}
