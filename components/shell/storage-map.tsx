const COLUMNS = 24;
const ROWS = 13;
const CELL = 20;
const GAP = 4;

type State = "kept" | "bin" | "free";

/** The same pattern each time: a storage that was dense and has been given room again, from the top right. */
function stateOf(column: number, row: number): State {
  const share = noiseAt(column, row);
  const freed = (column / COLUMNS) * 0.85 + (1 - row / ROWS) * 0.55 - 0.42;
  if (share < freed) return "free";
  return share > 0.94 ? "bin" : "kept";
}

/** A number from 0 to 1 that looks random and is always the same for a cell. */
function noiseAt(column: number, row: number): number {
  let mixed = Math.imul(column + 1, 0x9e3779b1) ^ Math.imul(row + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
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
