const SOMEWHERE = "http://console.invalid";

/**
 * Where to go after signing in: a path of this console, as it was asked for. Anything that would lead to another host, back to
 * the sign-in page or into the API is answered with `/`.
 */
export function returnPath(wanted: string | null | undefined): string {
  if (!wanted?.startsWith("/")) return "/";
  let url: URL;
  try {
    // The browser's own parser decides: it drops tabs and reads "\" as "/", which a comparison of text would miss.
    url = new URL(wanted, SOMEWHERE);
  } catch {
    return "/";
  }
  const path = `${url.pathname}${url.search}${url.hash}`;
  if (url.origin !== SOMEWHERE || path.startsWith("//")) return "/";
  return /^\/(sign-in|api)(\/|$)/.test(url.pathname) ? "/" : path;
}

/** The sign-in page with the way back to `path` (as the browser shows it, with its query). */
export function signInHref(path: string): string {
  const back = returnPath(path);
  return back === "/" ? "/sign-in" : `/sign-in?callbackUrl=${encodeURIComponent(back)}`;
}
