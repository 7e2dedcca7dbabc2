"use client";

import { useState } from "react";
import type { RuleTestDto } from "@/contracts/rule-tester";
import { cn } from "@/lib/cn";
import { count, group } from "../history/run-words";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { problemOf } from "../ui/problem-of";
import { Skeleton } from "../ui/skeleton";
import type { RuleDraft } from "./rule-draft";
import { RuleTestHits } from "./rule-test-hits";
import { RuleTestMisses } from "./rule-test-misses";
import type { RuleTestScope, useRuleTest } from "./rule-test-query";

/** What the rule finds in the space now, as far as it is written: how many, which first, and what it nearly finds. */
export function RuleTestPanel({
  test,
  scope,
  effect,
  onLeaveOut,
}: {
  test: ReturnType<typeof useRuleTest>;
  scope: RuleTestScope;
  effect: RuleDraft["effect"];
  /** A tag that somebody saw among those found, and does not want there. */
  onLeaveOut: (tag: string) => void;
}) {
  const [isListShown, setIsListShown] = useState(false);
  const { data } = test;
  const problem = problemOf(test.error);
  if (!data) {
    if (problem) {
      return (
        <Callout
          tone="warning"
          title="The rule cannot be tried just now"
          action={
            <Button size="sm" onClick={() => test.refetch()} loading={test.isFetching}>
              Again
            </Button>
          }
        >
          {problem.detail || problem.title} It can be written, previewed and saved all the same.
        </Callout>
      );
    }
    return (
      <div role="status" aria-busy="true" aria-label="Trying the rule" className="flex flex-col gap-3">
        <Skeleton className="h-7 w-40" />
        <Skeleton className="h-1.5 w-full" />
        <Skeleton className="h-28 w-full" />
      </div>
    );
  }
  return (
    <section
      aria-label="Tried against this space"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="relative flex min-h-0 min-w-0 flex-col gap-4 focus-visible:-outline-offset-2 wide:overflow-y-auto"
    >
      <Numbers data={data} scope={scope} isStale={test.isPlaceholderData} />
      {problem ? (
        <p role="alert" className="text-danger text-sm">
          The rule could not be tried just now: {problem.title}. These numbers are of what was written before.
        </p>
      ) : null}
      <div className="hidden compact:block">
        <Button size="sm" aria-expanded={isListShown} onClick={() => setIsListShown(!isListShown)}>
          {isListShown ? "Hide the images" : "Show the images"}
        </Button>
      </div>
      <div className={cn("flex min-w-0 flex-col gap-5", !isListShown && "compact:hidden")}>
        <RuleTestHits data={data} scope={scope} effect={effect} onLeaveOut={onLeaveOut} />
        <RuleTestMisses data={data} />
      </div>
    </section>
  );
}

/** The numbers that say it in one look, with a bar of all images of the space. */
function Numbers({ data, scope, isStale }: { data: RuleTestDto; scope: RuleTestScope; isStale: boolean }) {
  const { total, selected, holding, unknown } = data;
  const found = scope === "whole" ? holding : selected;
  return (
    <div aria-busy={isStale} className={cn("flex flex-col gap-2 transition-opacity", isStale && "opacity-60")}>
      <p aria-live="polite" className="text-muted">
        <strong className="font-medium text-ink text-xl tabular-nums">{group(found.images)}</strong> of{" "}
        {count(total.images, "image")} {scope === "whole" ? "match" : "chosen"}
      </p>
      <Share found={found.images} selected={selected.images} total={total.images} />
      <p className="text-sm text-subtle tabular-nums">
        {found.images === 0
          ? null
          : `${count(found.tags, "tag")} in ${count(found.repositories, "repository", "repositories")}. `}
        {scope === "whole" && selected.images !== holding.images
          ? `Step 1 chooses ${group(selected.images)}; the conditions hold for ${holding.images === 0 ? "none" : group(holding.images)} of them.`
          : null}
      </p>
      {scope === "whole"
        ? unknown.map(({ why, images }) => (
            <p key={why} className="text-sm text-warning">
              {count(images, "image")} kept: {why}
            </p>
          ))
        : null}
      {data.isPartial ? (
        <p className="text-sm text-warning">
          This space is large: what is counted while you type are its first repositories by name. The preview looks at
          all.
        </p>
      ) : null}
    </div>
  );
}

function Share({ found, selected, total }: { found: number; selected: number; total: number }) {
  const percent = (value: number) => (total === 0 ? 0 : (value / total) * 100);
  return (
    <div aria-hidden="true" className="relative h-1.5 overflow-hidden rounded-full bg-rule">
      <div
        className="absolute inset-y-0 left-0 bg-accent-rule transition-[width] duration-150"
        style={{ width: `${percent(selected)}%` }}
      />
      <div
        className="absolute inset-y-0 left-0 bg-accent transition-[width] duration-150"
        style={{ width: `${percent(found)}%` }}
      />
    </div>
  );
}
