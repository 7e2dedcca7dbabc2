import type { Artifact } from "@/domain/rules/facts";

const CHART_CONFIG = "application/vnd.cncf.helm.config.v1+json";

/** What rules take a manifest for. */
export function artifactKind(row: {
  kind: string;
  artifactType: string | null;
  isUnreadable: boolean;
}): Artifact["kind"] {
  if (row.isUnreadable || row.kind === "unknown") return "unknown";
  if (row.kind === "index") return "index";
  if (row.artifactType === CHART_CONFIG) return "chart";
  return row.artifactType === null ? "image" : "other";
}

/**
 * When something was pushed (epoch ms), as rules may take it. The API tells no push times: what a crawl over it found was there when it was
 * first seen, and no order follows from that.
 */
export function pushFacts(at: number, source: string): Pick<Artifact, "pushedAt" | "firstSeenAt"> {
  return source === "crawl" ? { pushedAt: null, firstSeenAt: at } : { pushedAt: at };
}
