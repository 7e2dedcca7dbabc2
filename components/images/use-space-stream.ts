"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { callOperation, operationUrl, ProblemError } from "@/contracts/call";
import { type SpaceFrame, spaceFrameSchema, watchSpace } from "@/contracts/space-stream";
import { getSpace } from "@/contracts/spaces";
import { createChangeGate } from "./change-gate";

const POLL_MS = 2_000;
/** While much happens (a reading of the registry), a page is read again at most so often. */
const CHANGES_EVERY_MS = 1_000;

/**
 * Follows a space: `onChange` hears of each new revision of its inventory, at most once a second, and not of the one that the page
 * began with. Where the stream fails the revision is asked for every two seconds until it is back.
 * @returns the reading of the registry that is under way, and how the space is being followed
 */
export function useSpaceStream(
  { workspaceId, spaceId }: { workspaceId: string; spaceId: string },
  onChange: (revision: number) => void,
): { crawl: SpaceFrame["crawl"]; connection: "live" | "polling" } {
  const [crawl, setCrawl] = useState<SpaceFrame["crawl"]>(null);
  const [connection, setConnection] = useState<"live" | "polling">("live");
  const tell = useEffectEvent(onChange);

  // Outside system: the space's server-sent events.
  useEffect(() => {
    const params = { workspaceId, spaceId };
    const gate = createChangeGate((revision) => tell(revision), CHANGES_EVERY_MS);
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLive = true;

    const poll = async () => {
      try {
        const space = await callOperation(getSpace, { params }, { signal: abort.signal });
        if (isLive || abort.signal.aborted) return;
        gate.see(space.inventoryRevision);
        // The browser gives a stream up for good that was once answered with an error.
        if (source.readyState === EventSource.CLOSED) source = open();
      } catch (error) {
        if (isLive || abort.signal.aborted || isEnd(error)) return;
      }
      timer = setTimeout(() => void poll(), POLL_MS);
    };
    const stopPolling = () => {
      clearTimeout(timer);
      timer = undefined;
    };
    const open = () => {
      const opened = new EventSource(operationUrl(watchSpace, { params }));
      opened.addEventListener("message", (message: MessageEvent<string>) => {
        const frame = readFrame(message.data);
        if (!frame) return;
        isLive = true;
        stopPolling();
        setConnection("live");
        setCrawl(frame.crawl);
        gate.see(frame.revision);
      });
      opened.addEventListener("error", () => {
        // A stream that ends by itself is reopened at once by the browser: only one that stays away needs asking.
        isLive = false;
        setConnection("polling");
        timer ??= setTimeout(() => void poll(), POLL_MS);
      });
      return opened;
    };
    let source = open();
    return () => {
      source.close();
      stopPolling();
      abort.abort();
      gate.close();
    };
  }, [workspaceId, spaceId]);

  return { crawl, connection };
}

/** Signed out, or no longer theirs: asking again would not change that. */
function isEnd(error: unknown): boolean {
  return error instanceof ProblemError && [401, 403, 404].includes(error.problem.status);
}

function readFrame(text: string): SpaceFrame | null {
  try {
    const parsed = spaceFrameSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
