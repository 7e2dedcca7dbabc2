"use client";

import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { callOperation, operationUrl } from "@/contracts/call";
import { getRun, type RunDto, type RunEventDto, runFrameSchema, watchRun } from "@/contracts/history";
import { historyKeys, mergeEvents } from "./queries";
import { readAgain } from "./read-again";
import { isRunOver } from "./run-words";

const POLL_MS = 1000;

/** `live`: frames arrive; `polling`: the stream failed and the row is asked for each second; `over`: nothing more comes. */
type RunConnection = "live" | "polling" | "over";

/**
 * Follows a run until it is over and writes what it hears into the query cache (row and log).
 * @returns the row as last heard of, the error of the first read if there is one, and how it is being followed
 */
export function useRunStream(workspaceId: string, runId: string) {
  const queryClient = useQueryClient();
  const [hasStreamFailed, setHasStreamFailed] = useState(false);
  const query = useQuery({
    queryKey: historyKeys.run(workspaceId, runId),
    queryFn: async ({ signal }) => {
      const run = await callOperation(getRun, { params: { workspaceId, runId } }, { signal });
      return hear(queryClient, workspaceId, run);
    },
    refetchInterval: (current) =>
      hasStreamFailed && !(current.state.data && isRunOver(current.state.data)) ? POLL_MS : false,
    enabled: runId !== "",
  });
  const isOver = query.data !== undefined && isRunOver(query.data);
  const isKnown = query.data !== undefined;

  // Outside system: the run's server-sent events. Opened once the row was read, so that a foreign id opens no stream.
  useEffect(() => {
    if (!isKnown || isOver) return;
    const source = new EventSource(operationUrl(watchRun, { params: { workspaceId, runId } }));
    const onFrame = (message: MessageEvent<string>) => {
      const frame = runFrameSchema.safeParse(parseJson(message.data));
      if (!frame.success) return;
      setHasStreamFailed(false);
      const { run, events } = frame.data;
      if (events.length > 0) {
        queryClient.setQueryData<RunEventDto[]>(historyKeys.events(workspaceId, runId), (known) =>
          mergeEvents(known ?? [], events),
        );
      }
      const heard = hear(queryClient, workspaceId, run);
      queryClient.setQueryData(historyKeys.run(workspaceId, runId), heard);
      if (frame.data.type === "done" || isRunOver(heard)) source.close();
    };
    // A connection that ends by itself is reopened by the browser with Last-Event-ID; polling bridges the gap.
    const onError = () => setHasStreamFailed(true);
    source.addEventListener("message", onFrame);
    source.addEventListener("error", onError);
    return () => source.close();
  }, [queryClient, workspaceId, runId, isKnown, isOver]);

  const connection: RunConnection = isOver ? "over" : hasStreamFailed ? "polling" : "live";
  return { run: query.data, error: query.error, isPending: query.isPending, refetch: query.refetch, connection };
}

/**
 * The newer of what is known and what was just heard: a slow poll must not undo a frame. When a run has just ended, all
 * that is on screen may be older than it, so everything else is read again.
 */
function hear(queryClient: QueryClient, workspaceId: string, heard: RunDto): RunDto {
  const known = queryClient.getQueryData<RunDto>(historyKeys.run(workspaceId, heard.id));
  const isStale =
    known !== undefined && (known.lastSequence > heard.lastSequence || (isRunOver(known) && !isRunOver(heard)));
  if (isStale) return known;
  // Read-only mode begins with a phase of a collection: its banner need not wait until it asks by itself.
  if (heard.kind === "gc" && known?.phase !== heard.phase) {
    void queryClient.invalidateQueries({ queryKey: ["registries", workspaceId] });
  }
  if (known !== undefined && !isRunOver(known) && isRunOver(heard)) {
    void readAgain(queryClient, heard.id);
  }
  return heard;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
