import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBytes, formatExactBytes } from "./bytes";

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [1, "1 B"],
    [1023, "1023 B"],
    [1024, "1.00 KiB"],
    [1536, "1.50 KiB"],
    [10 * 1024, "10.0 KiB"],
    [100 * 1024, "100 KiB"],
    [1023 * 1024, "1023 KiB"],
    [1024 * 1024 - 1, "1.00 MiB"],
    [1024 ** 2, "1.00 MiB"],
    [1.5 * 1024 ** 3, "1.50 GiB"],
    [128 * 1024 ** 3, "128 GiB"],
    [2 * 1024 ** 4, "2.00 TiB"],
    [3 * 1024 ** 5, "3.00 PiB"],
    [4096 * 1024 ** 5, "4096 PiB"],
    [-2048, "−2.00 KiB"],
    [Number.NaN, "–"],
    [Number.POSITIVE_INFINITY, "–"],
  ])("%d → %s", (sizeBytes, text) => {
    expect(formatBytes(sizeBytes)).toBe(text);
  });

  it("is within half a percent of the truth and never shows 1024 of a unit that has a bigger one", () => {
    const factor: Record<string, number> = {
      B: 1,
      KiB: 1024,
      MiB: 1024 ** 2,
      GiB: 1024 ** 3,
      TiB: 1024 ** 4,
      PiB: 1024 ** 5,
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1024 ** 5 }), (sizeBytes) => {
        const [digits = "", unit = ""] = formatBytes(sizeBytes).split(" ");
        const shown = Number(digits) * (factor[unit] ?? Number.NaN);
        expect(Math.abs(shown - sizeBytes)).toBeLessThanOrEqual(sizeBytes * 0.00501);
        expect(Number(digits)).toBeLessThan(1024);
      }),
    );
  });
});

describe("formatExactBytes", () => {
  it("groups digits and knows the singular", () => {
    expect(formatExactBytes(1234567)).toBe("1,234,567 bytes");
    expect(formatExactBytes(1)).toBe("1 byte");
    expect(formatExactBytes(0)).toBe("0 bytes");
    expect(formatExactBytes(Number.NaN)).toBe("unknown size");
  });
});
