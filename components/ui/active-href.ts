/**
 * Of several links the one that the path belongs to: the longest that equals it or is a whole-segment prefix of it. None: undefined.
 * The longest wins, so that a parent link ("/w/acme") is not active as well on its child's page.
 */
export function activeHref(pathname: string, hrefs: readonly string[]): string | undefined {
  let best: string | undefined;
  for (const href of hrefs) {
    const path = href.split(/[?#]/, 1)[0] ?? href;
    const isWithin = pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
    if (isWithin && (best === undefined || href.length > best.length)) best = href;
  }
  return best;
}
