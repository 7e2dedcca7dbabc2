/** Plain words in which names are set apart: `tag` becomes code, *rule* is stressed. Nothing else is markup. */
export function MarkedText({ children, className }: { children: string; className?: string }) {
  const parts = children.split(/(`[^`]+`|\*[^*]+\*)/);
  return (
    <span className={className}>
      {parts.map((part, index) => {
        const key = `${index} ${part}`;
        if (part.length > 2 && part.startsWith("`") && part.endsWith("`")) {
          return (
            <code key={key} className="rounded-sm bg-sunken px-1 py-px text-[0.92em] [overflow-wrap:anywhere]">
              {part.slice(1, -1)}
            </code>
          );
        }
        if (part.length > 2 && part.startsWith("*") && part.endsWith("*")) {
          return (
            <em key={key} className="font-medium not-italic">
              {part.slice(1, -1)}
            </em>
          );
        }
        return part;
      })}
    </span>
  );
}
