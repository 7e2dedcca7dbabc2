import NextAuth from "next-auth";
import { signIn } from "@/server/access/sign-in";
import { signInByIdentity } from "@/server/access/sign-in-by-identity";
import { signOut } from "@/server/access/sign-out";
import { nextAuthOptions } from "@/server/platform/auth/next-auth-options";
import { clientAddress } from "@/server/platform/http/client-address";
import { newRequestId } from "@/server/platform/http/problem-response";
import { runInRequest } from "@/server/platform/http/request-context";

type Context = { params: Promise<{ nextauth: string[] }> };

function handle(request: Request, context: Context): Promise<Response> {
  const userAgent = request.headers.get("user-agent")?.slice(0, 300) ?? null;
  const options = nextAuthOptions({
    withPassword: (credentials) => signIn({ ...credentials, userAgent }),
    withIdentity: (identity) => signInByIdentity(identity, userAgent),
    signOut,
  });
  const address = clientAddress(request.headers);
  const asked = { requestId: newRequestId(), address, operation: "signIn", actor: null };
  return runInRequest(asked, () => NextAuth(options)(request, context) as Promise<Response>);
}

export { handle as GET, handle as POST };
