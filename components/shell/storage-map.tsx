const COLUMNS = 24;
const ROWS = 9;
const CELL = 20;
const GAP = 4;

type State = "kept" | "bin" | "free";

/** The same pattern each time: a storage that was dense and has been given room again, from the top right. */
function stateOf(column: number, row: number): State {
  const noise = ((column * 73_856_093) ^ (row * 19_349_663) ^ (column * row * 83_492_791)) >>> 0;
  const share = (noise % 997) / 997;
  const freed = (column / COLUMNS) * 0.85 + (1 - row / ROWS) * 0.55 - 0.42;
  if (share < freed) return "free";
  return share > 0.94 ? "bin" : "kept";
}

/** A drawing, no data: blobs of a storage as cells, kept ones in ink, freed ones only as outlines. */
export function StorageMap() {
  const cells = Array.from({ length: COLUMNS * ROWS }, (_, index) => {
    const column = index % COLUMNS;
    const row = Math.floor(index / COLUMNS);
    return { key: `${column}:${row}`, x: column * (CELL + GAP), y: row * (CELL + GAP), state: stateOf(column, row) };
  });
  const width = COLUMNS * (CELL + GAP) - GAP;
  const height = ROWS * (CELL + GAP) - GAP;
  return (
    <svg viewBox={`-1 -1 ${width + 2} ${height + 2}`} className="w-full max-w-2xl" aria-hidden="true" focusable="false">
      {cells.map(({ key, x, y, state }) =>
        state === "free" ? (
          <rect
            key={key}
            x={x + 0.5}
            y={y + 0.5}
            width={CELL - 1}
            height={CELL - 1}
            rx={2.5}
            className="fill-none stroke-accent-rule"
          />
        ) : (
          <rect
            key={key}
            x={x}
            y={y}
            width={CELL}
            height={CELL}
            rx={3}
            className={state === "bin" ? "fill-accent" : "fill-rule-strong"}
          />
        ),
      )}
    </svg>
  );
}
