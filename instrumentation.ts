/** Runs once as the server starts. What it does needs Node's own modules, which are no part of other runtimes. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { tellPeerAddresses } = await import("@/server/platform/http/tell-peer-addresses");
  tellPeerAddresses();
}
