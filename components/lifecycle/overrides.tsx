"use client";

import Link from "next/link";
import type { LifecycleDto } from "@/contracts/lifecycle";
import { count, group } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { repositoryPath } from "../images/image-path";
import { Badge } from "../ui/status-pill";

/** The spaces and repositories with a policy of their own, which this one does not reach. */
export function Overrides({
  workspaceSlug,
  lifecycle: { overrides, overrideCount },
}: {
  workspaceSlug: string;
  lifecycle: LifecycleDto;
}) {
  if (overrideCount === 0) {
    return (
      <p className="text-sm text-subtle">
        No space or repository has a policy of its own. One is set above the tag list of a repository, or in the
        settings of a space, and outranks this one.
      </p>
    );
  }
  return (
    <details className="text-sm">
      <summary className="cursor-pointer rounded-sm font-medium text-base">
        {count(overrideCount, "policy outranks", "policies outrank")} this one
      </summary>
      <ul aria-label="Policies that outrank this one" className="mt-2 max-h-56 divide-y divide-rule overflow-y-auto">
        {overrides.map((policy) => (
          <li key={policy.id} className="flex flex-wrap items-baseline gap-x-3 py-1.5">
            <Link
              href={
                policy.repositoryName === null
                  ? spacePath(workspaceSlug, policy.spaceId ?? "", "settings")
                  : repositoryPath(workspaceSlug, policy.spaceId ?? "", policy.repositoryName)
              }
              className="min-w-0 truncate font-mono underline-offset-2 hover:underline"
            >
              {policy.repositoryName ?? policy.spaceName}
            </Link>
            <Badge>{policy.repositoryName === null ? "space" : "repository"}</Badge>
            <span className="min-w-0 flex-1 basis-48 text-muted">reserves {policy.keepText}</span>
          </li>
        ))}
      </ul>
      {overrideCount > overrides.length ? (
        <p className="pt-1 text-subtle">The first {group(overrides.length)} are shown.</p>
      ) : null}
    </details>
  );
}
