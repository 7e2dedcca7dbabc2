import type { RegistryDto } from "@/contracts/registries";
import { StatusPill } from "../ui/status-pill";

const LOOK = {
  healthy: { tone: "positive", word: "Healthy" },
  unhealthy: { tone: "danger", word: "Unhealthy" },
  unknown: { tone: "neutral", word: "Not checked yet" },
} as const;

/** How a registry is, as of its latest check; the reason why it is not well stands beside it. */
export function RegistryHealth({ health, look = "plain" }: { health: RegistryDto["health"]; look?: "plain" | "soft" }) {
  const { tone, word } = LOOK[health.state];
  return (
    <span className="flex flex-col">
      <StatusPill tone={tone} look={look}>
        {word}
      </StatusPill>
      {health.reason ? <span className="text-sm text-muted [overflow-wrap:anywhere]">{health.reason}</span> : null}
    </span>
  );
}
