import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { EndToEndStack, StackPlace } from "./stack";
import { NO_GRACE, openStack, STEADY_TIMES } from "./with-stack";

/**
 * Keeps one console for all specs that can live beside others, in the runner's process, which outlives theirs: it is started when the first of
 * them asks (`sharedStack`). The result stops it, where there is one.
 */
export async function serveSharedStack(): Promise<() => Promise<void>> {
  let stack: Promise<EndToEndStack> | undefined;
  const server = createServer(async (_, response) => {
    stack ??= openStack("shared", { isDemo: false, environment: { ...STEADY_TIMES, ...NO_GRACE } });
    try {
      response.end(JSON.stringify(await stack));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.RECLAIM_E2E_SHARED = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async () => {
    server.close();
    await (await stack?.catch(() => undefined))?.stop();
  };
}

/**
 * The console that specs share: empty, with short times and no grace. Each has workspaces, people and spaces by names of its own in it, changes
 * nothing that is the platform's, and neither collects nor stops it.
 */
export async function sharedStack(): Promise<StackPlace> {
  const answer = await fetch(process.env.RECLAIM_E2E_SHARED ?? "");
  if (!answer.ok) throw new Error(`the shared console did not start: ${await answer.text()}`);
  return (await answer.json()) as StackPlace;
}
