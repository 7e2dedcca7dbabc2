import { Badge } from "../ui/status-pill";

const SHOWN_MAX = 4;

/** Tags of an image; those that a verdict selects are struck through. More than a few are counted, all stand in the title. */
export function TagList({ tags, selected }: { tags: readonly string[]; selected?: readonly string[] | undefined }) {
  if (tags.length === 0) return <span className="text-subtle">untagged</span>;
  // Selected ones first, so that what happens is never hidden behind "+ 12".
  const sorted = selected ? [...selected, ...tags.filter((tag) => !selected.includes(tag))] : tags;
  const shown = sorted.slice(0, SHOWN_MAX);
  return (
    <span className="flex flex-wrap gap-1" title={tags.length > SHOWN_MAX ? tags.join(", ") : undefined}>
      {shown.map((tag) => (
        <Badge key={tag} mono className={selected?.includes(tag) ? "line-through" : undefined}>
          {tag}
        </Badge>
      ))}
      {sorted.length > SHOWN_MAX ? <span className="text-sm text-subtle">+ {sorted.length - SHOWN_MAX}</span> : null}
    </span>
  );
}
