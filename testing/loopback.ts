/**
 * Tests drop and flush what they are given, so they refuse any server that is not on this machine.
 * @throws Error unless the URL's host is a loopback address.
 */
export function assertLoopback(url: string): void {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)) return;
  throw new Error(`tests run against servers on this machine only, not ${host}`);
}
