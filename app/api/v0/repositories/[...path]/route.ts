import { pathSegments } from "@/server/compatible-apis/compatible-route";
import { dtrRoute } from "@/server/compatible-apis/dtr-route";
import { softDeleteImage } from "@/server/compatible-apis/soft-delete-image";
import { notFound } from "@/server/platform/app-error";
import { verifyBasic } from "@/server/platform/auth/verify-basic";

/** `api/v0/repositories` */
const SKIPPED = 3;

/** `…/<namespace>/<name>/manifests/<reference>`, as scripts for Docker Trusted Registry send it. A name may have several parts. */
export const DELETE = dtrRoute("delete manifest", verifyBasic, async (actor, request) => {
  const name = pathSegments(request, SKIPPED);
  const [manifests, reference] = name.splice(-2);
  if (name.length < 2 || manifests !== "manifests" || !reference) throw notFound();
  await softDeleteImage(actor, { repositoryName: name.join("/"), reference });
  return { status: 204, body: null };
});
