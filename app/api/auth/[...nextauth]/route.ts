import NextAuth from "next-auth";
import { nextAuthOptions } from "@/server/platform/auth/next-auth-options";

type Context = { params: Promise<{ nextauth: string[] }> };

function handle(request: Request, context: Context): Promise<Response> {
  return NextAuth(nextAuthOptions())(request, context) as Promise<Response>;
}

export { handle as GET, handle as POST };
