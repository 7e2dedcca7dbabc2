import { rotateSigningSecret as rotateSigningSecretOperation } from "@/contracts/webhooks";
import { rotateSigningSecret } from "@/server/notifications/rotate-signing-secret";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(rotateSigningSecretOperation, (scope, { params }) =>
  rotateSigningSecret(scope, { targetId: params.targetId }),
);
