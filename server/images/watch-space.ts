import type { SpaceFrame } from "@/contracts/space-stream";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { eventStream } from "@/server/platform/http/event-stream";
import type { StreamFacts } from "@/server/platform/http/route";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { isSharedRegistry } from "./crawl.store";
import { readSpaceState, type SpaceState } from "./space-stream.store";

const POLL_MS = 400;

/**
 * Changes of a space's inventory, and of the reading that is under way, as server-sent events: the first frame at once, then one
 * for each change. Ends when the space is removed, or the reader may not read it any more.
 * @throws AppError not_found
 */
export async function watchSpace(
  scope: WorkspaceScope,
  input: { spaceId: string },
  facts: Pick<StreamFacts, "signal" | "isStillAllowed">,
): Promise<ReadableStream<Uint8Array>> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const isShared = await isSharedRegistry(space.registryId, space.workspaceId);
  let shown = "";
  return eventStream({
    signal: facts.signal,
    pollMs: POLL_MS,
    isStillAllowed: async () => (await facts.isStillAllowed()) && (await isReadable(scope, space.id)),
    async read() {
      const state = await readSpaceState(space);
      if (!state) return null;
      const frame = frameOf(state, isShared);
      const text = JSON.stringify(frame);
      if (text === shown) return { frame: null };
      shown = text;
      return { frame: { data: frame } };
    },
  });
}

async function isReadable(scope: WorkspaceScope, spaceId: string): Promise<boolean> {
  try {
    await requireReadableSpace(scope, spaceId);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** How far a reading came says what others have on the registry, where they share it. */
function frameOf({ revision, crawl }: SpaceState, isShared: boolean): SpaceFrame {
  const hidesNumbers = isShared && crawl?.isOfRegistry === true;
  return {
    type: "changed",
    revision: Number(revision),
    crawl: crawl && {
      status: crawl.status,
      repositoriesDone: hidesNumbers ? 0 : crawl.repositoriesDone,
      repositoriesTotal: hidesNumbers ? null : crawl.repositoriesTotal,
      manifestsRead: hidesNumbers ? 0 : crawl.manifestsRead,
    },
  };
}
