/**
 * What a page may load: our own files, and scripts that carry the nonce of this answer or were loaded by one that does. Styles may be
 * inline (positions of menus, widths of bars); scripts never. `isDevelopment`: hot reloading compiles in the browser.
 */
export function contentSecurityPolicy(nonce: string, options: { isDevelopment: boolean }): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${options.isDevelopment ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** On every answer, of pages and of the API. */
export const SECURITY_HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  // Addresses hold ids and searches; other sites learn nothing of them.
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
] as const;

/** What the API answers is no page: nothing in it may run, whatever a browser takes it for. */
export const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Once over HTTPS, always over HTTPS. */
export const STRICT_TRANSPORT = { key: "Strict-Transport-Security", value: "max-age=31536000" } as const;
