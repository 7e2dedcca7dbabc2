import fc from "fast-check";
import { expect, test } from "vitest";
import { type Cell, treemapLayout } from "./treemap-layout";

const drawing = fc.record({
  values: fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 41 }),
  width: fc.integer({ min: 10, max: 1600 }),
  height: fc.integer({ min: 10, max: 800 }),
});
const area = (cell: Cell) => cell.width * cell.height;

test("D-13 treemap cells cover the area, each by its share", () => {
  fc.assert(
    fc.property(drawing, ({ values, width, height }) => {
      const cells = treemapLayout(values, width, height);
      const total = values.reduce((sum, value) => sum + value, 0);
      expect(cells).toHaveLength(values.length);
      for (const [index, cell] of cells.entries()) {
        const wanted = total === 0 ? 0 : ((values[index] ?? 0) / total) * width * height;
        expect(Math.abs(area(cell) - wanted)).toBeLessThan(width * height * 1e-6);
        expect(cell.x).toBeGreaterThanOrEqual(-1e-6);
        expect(cell.y).toBeGreaterThanOrEqual(-1e-6);
        expect(cell.x + cell.width).toBeLessThanOrEqual(width + 1e-6);
        expect(cell.y + cell.height).toBeLessThanOrEqual(height + 1e-6);
      }
      const covered = cells.reduce((sum, cell) => sum + area(cell), 0);
      expect(Math.abs(covered - (total === 0 ? 0 : width * height))).toBeLessThan(width * height * 1e-6);
    }),
  );
});

test("D-13 treemap cells do not overlap", () => {
  fc.assert(
    fc.property(drawing, ({ values, width, height }) => {
      const cells = treemapLayout(values, width, height).filter((cell) => area(cell) > 0);
      for (const [index, a] of cells.entries()) {
        for (const b of cells.slice(index + 1)) {
          const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
          const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
          expect(Math.min(across, down)).toBeLessThan(1e-6);
        }
      }
    }),
  );
});

test("D-13 a treemap is squarish: the example of the paper", () => {
  const cells = treemapLayout([6, 6, 4, 3, 2, 2, 1], 6, 4);
  expect(cells[0]).toEqual({ x: 0, y: 0, width: 3, height: 2 });
  expect(cells[1]).toEqual({ x: 0, y: 2, width: 3, height: 2 });
  const ratios = cells.map((cell) => Math.max(cell.width / cell.height, cell.height / cell.width));
  expect(Math.max(...ratios)).toBeLessThan(3.1);
});
