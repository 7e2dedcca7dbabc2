import { X } from "lucide-react";
import type { RuleTestDto, RuleTestHit } from "@/contracts/rule-tester";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { RelativeTime } from "../ui/relative-time";
import { Highlighted } from "./highlighted";
import type { RuleDraft } from "./rule-draft";
import type { RuleTestScope } from "./rule-test-query";

/** The first images that the rule finds, with what it found of their names. */
export function RuleTestHits({
  data,
  scope,
  effect,
  onLeaveOut,
}: {
  data: RuleTestDto;
  scope: RuleTestScope;
  effect: RuleDraft["effect"];
  onLeaveOut: (tag: string) => void;
}) {
  const found = scope === "whole" ? data.holding.images : data.selected.images;
  // Where conditions are asked, images for which they do not hold come last and are of no interest here.
  const hits = data.hits.filter(({ holds }) => scope === "selector" || holds === true);
  if (data.total.images === 0) {
    return <p className="text-muted">This space holds no image yet. The rule can be written all the same.</p>;
  }
  if (hits.length === 0) {
    return (
      <p className="text-muted">
        {scope === "whole" && data.selected.images > 0
          ? "No image meets the conditions now. Later ones may."
          : "No image is chosen by what is written so far."}
      </p>
    );
  }
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <h3 className="font-medium">{hits.length < found ? `The first ${hits.length} of them` : "Which ones"}</h3>
      <ul aria-label="Images that the rule finds" className="border-rule border-y">
        {hits.map((hit) => (
          <Hit key={`${hit.repository.name}@${hit.digest}`} hit={hit} effect={effect} onLeaveOut={onLeaveOut} />
        ))}
      </ul>
    </div>
  );
}

const PARTLY = { reclaim: ": those go, the image stays under the others", protect: "" } as const;

function Hit({
  hit,
  effect,
  onLeaveOut,
}: {
  hit: RuleTestHit;
  effect: RuleDraft["effect"];
  onLeaveOut: (tag: string) => void;
}) {
  const unseen = hit.tagCount - hit.tags.length;
  const isPartly = hit.selectedTagCount > 0 && hit.selectedTagCount < hit.tagCount;
  return (
    <li className="flex flex-col gap-0.5 border-rule border-b py-1.5 last:border-b-0">
      <span className="flex min-w-0 flex-wrap items-baseline gap-x-1.5 gap-y-0.5">
        <Highlighted name={hit.repository.name} spans={hit.repository.spans} className="text-muted" />
        {hit.tags.length === 0 ? <span className="text-subtle">untagged</span> : null}
        {hit.tags.map((tag) =>
          tag.isSelected ? (
            // A short cut for the mouse: by keyboard the same is done with "Except tags", without a stop at each tag.
            <button
              key={tag.name}
              type="button"
              tabIndex={-1}
              title={`Leave ${tag.name} out: adds it to “Except tags”`}
              onClick={() => onLeaveOut(tag.name)}
              className="group inline-flex items-center rounded-sm bg-sunken px-1 text-left hover:bg-hover"
            >
              <Highlighted name={tag.name} spans={tag.spans} />
              <span className="sr-only">, leave it out</span>
              <X className="ml-0.5 hidden size-3 text-subtle group-hover:block" aria-hidden="true" />
            </button>
          ) : (
            <Highlighted key={tag.name} name={tag.name} spans={tag.spans} className="px-1 text-subtle" />
          ),
        )}
        {unseen > 0 ? <span className="text-sm text-subtle">and {count(unseen, "more tag")}</span> : null}
      </span>
      <span className="text-sm text-subtle">
        {hit.why ? `${hit.why} · ` : ""}
        {hit.pushedAt === null ? (
          "push time not known"
        ) : (
          <>
            pushed <RelativeTime at={hit.pushedAt} />
          </>
        )}{" "}
        · {formatBytes(hit.sizeBytes)}
        {isPartly ? ` · ${hit.selectedTagCount} of ${hit.tagCount} tags${PARTLY[effect]}` : ""}
      </span>
    </li>
  );
}
