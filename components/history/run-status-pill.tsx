import type { DisplayStatus } from "@/domain/history/run-status";
import { StatusPill } from "../ui/status-pill";
import { runStatusLook } from "./run-words";

/** The state of a run: a dot and a word. */
export function RunStatusPill({ status, look = "soft" }: { status: DisplayStatus; look?: "soft" | "plain" }) {
  const { tone, label } = runStatusLook(status);
  return (
    <StatusPill tone={tone} look={look}>
      {label}
    </StatusPill>
  );
}
