/** Runs once as the server starts. What it does needs Node's own modules, which are no part of other runtimes. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  // Before anybody is answered: an environment that is not complete, or not safe, starts nothing.
  const { env } = await import("@/server/platform/env");
  env();
  const { tellPeerAddresses } = await import("@/server/platform/http/tell-peer-addresses");
  tellPeerAddresses();
}
