export type Cell = { x: number; y: number; width: number; height: number };

/**
 * Lays values out as a squarified treemap (Bruls, Huizing, van Wijk): rectangles that fill `width` × `height`, each as large as its share
 * and as square as can be. One cell a value, in the order given; largest first looks best. A value of 0 or less has an empty cell.
 */
export function treemapLayout(values: readonly number[], width: number, height: number): Cell[] {
  const cells: Cell[] = values.map(() => ({ x: 0, y: 0, width: 0, height: 0 }));
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  if (total <= 0 || width <= 0 || height <= 0) return cells;
  const areas = values
    .map((value, index) => ({ index, area: (Math.max(0, value) / total) * width * height }))
    .filter(({ area }) => area > 0);

  let free: Cell = { x: 0, y: 0, width, height };
  for (let start = 0; start < areas.length; ) {
    const side = Math.min(free.width, free.height);
    let end = start + 1;
    let sum = areas[start]?.area ?? 0;
    let worst = worstRatio(areas.slice(start, end), sum, side);
    // A row grows while its worst cell gets squarer.
    while (end < areas.length) {
      const nextSum = sum + (areas[end]?.area ?? 0);
      const next = worstRatio(areas.slice(start, end + 1), nextSum, side);
      if (next > worst) break;
      sum = nextSum;
      worst = next;
      end += 1;
    }
    free = placeRow(cells, areas.slice(start, end), sum, free, end === areas.length);
    start = end;
  }
  return cells;
}

type Area = { index: number; area: number };

/** Of a row along a side: how far from square its worst cell is, 1 = square. */
function worstRatio(row: readonly Area[], sum: number, side: number): number {
  const thickness = sum / side;
  return Math.max(
    ...row.map(({ area }) => {
      const length = area / thickness;
      return Math.max(length / thickness, thickness / length);
    }),
  );
}

/** Puts a row along the shorter side of what is free, and answers what is left. The last row takes all of it: no rounding shows as a gap. */
function placeRow(cells: Cell[], row: readonly Area[], sum: number, free: Cell, isLast: boolean): Cell {
  const isColumn = free.width >= free.height;
  const side = isColumn ? free.height : free.width;
  const thickness = isLast ? (isColumn ? free.width : free.height) : sum / side;
  let offset = 0;
  for (const { index, area } of row) {
    const length = (area / sum) * side;
    cells[index] = isColumn
      ? { x: free.x, y: free.y + offset, width: thickness, height: length }
      : { x: free.x + offset, y: free.y, width: length, height: thickness };
    offset += length;
  }
  return isColumn
    ? { ...free, x: free.x + thickness, width: free.width - thickness }
    : { ...free, y: free.y + thickness, height: free.height - thickness };
}
