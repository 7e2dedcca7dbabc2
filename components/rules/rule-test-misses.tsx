import type { RuleTestDto, RuleTestNearMiss } from "@/contracts/rule-tester";
import { MarkedText } from "../history/marked-text";

/** What the rule does not find although somebody might think so, each with the reason. */
export function RuleTestMisses({ data }: { data: RuleTestDto }) {
  if (data.nearMisses.length === 0) return null;
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <h3 className="font-medium">Not found, though close</h3>
      <ul aria-label="Images that the rule nearly finds" className="flex flex-col gap-1">
        {alike(data.nearMisses).map(({ miss, times }) => (
          <li key={keyOf(miss)} className="flex min-w-0 flex-wrap items-baseline gap-x-1.5 text-sm">
            <code className="text-muted [overflow-wrap:anywhere]">
              {miss.tag === null ? miss.repositoryName : `${miss.repositoryName}:${miss.tag}`}
            </code>
            {times > 1 ? <span className="text-muted tabular-nums">× {times}</span> : null}
            <MarkedText className="text-subtle">{miss.why}</MarkedText>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What reads the same is said once: untagged images of a repository have no name to tell them apart. */
function alike(misses: readonly RuleTestNearMiss[]): { miss: RuleTestNearMiss; times: number }[] {
  const byKey = new Map<string, { miss: RuleTestNearMiss; times: number }>();
  for (const miss of misses) {
    const known = byKey.get(keyOf(miss));
    if (known) known.times += 1;
    else byKey.set(keyOf(miss), { miss, times: 1 });
  }
  return [...byKey.values()];
}

function keyOf(miss: RuleTestNearMiss): string {
  return `${miss.repositoryName}:${miss.tag ?? ""} ${miss.code} ${miss.why}`;
}
