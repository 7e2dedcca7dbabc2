import { type NextRequest, NextResponse } from "next/server";
import { signInHref } from "@/components/access/return-path";
import { contentSecurityPolicy, STRICT_TRANSPORT } from "@/server/platform/http/security-headers";

/** Pages: the API has no scripts and answers for itself, and static files are the same for everybody. */
export const config = { matcher: "/((?!api/|v2/|_next/|favicon\\.).*)" };

const SESSION_COOKIES = ["__Secure-next-auth.session-token", "next-auth.session-token"];

/**
 * Gives each page a nonce that only its own scripts carry, and sends a browser without any session to the sign-in page with the way back;
 * a server component does not know its address. It grants nothing: whether the session is a live one is asked by each page and route.
 */
export function proxy(request: NextRequest): NextResponse {
  const { pathname, search } = request.nextUrl;
  if (pathname.startsWith("/w/") && !SESSION_COOKIES.some((name) => request.cookies.has(name)))
    return NextResponse.redirect(new URL(signInHref(`${pathname}${search}`), request.url));
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString("base64");
  const policy = contentSecurityPolicy(nonce, { isDevelopment: process.env.NODE_ENV === "development" });
  const headers = new Headers(request.headers);
  // Next reads the nonce for its own scripts out of the policy; the layout hands it to the theme's.
  headers.set("content-security-policy", policy);
  headers.set("x-nonce", nonce);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  const protocol = request.headers.get("x-forwarded-proto") ?? request.nextUrl.protocol.slice(0, -1);
  if (protocol.split(",")[0]?.trim() === "https") response.headers.set(STRICT_TRANSPORT.key, STRICT_TRANSPORT.value);
  return response;
}
