import { type NextRequest, NextResponse } from "next/server";
import { signInHref } from "@/components/access/return-path";

export const config = { matcher: "/w/:path*" };

const SESSION_COOKIES = ["__Secure-next-auth.session-token", "next-auth.session-token"];

/**
 * Sends a browser without any session to the sign-in page with the way back; a server component does not know its address. It
 * grants nothing: whether the session is a live one is asked by each page and route.
 */
export function proxy(request: NextRequest): NextResponse {
  if (SESSION_COOKIES.some((name) => request.cookies.has(name))) return NextResponse.next();
  const { pathname, search } = request.nextUrl;
  return NextResponse.redirect(new URL(signInHref(`${pathname}${search}`), request.url));
}
