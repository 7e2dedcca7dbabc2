import { expect, test } from "vitest";
import { hasOnlyVisibleText } from "./common";

test("a name may be in any script, and hide nothing", () => {
  for (const name of ["old images", "Größe ≥ 3", "画像の整理", "تنظيف", "🧹 tidy"])
    expect(hasOnlyVisibleText(name)).toBe(true);
  for (const name of ["RTL \u202elive", "zero\u200bwidth", "tab\there", "bell\u0007", "\ufeffmark", "\u2066isolated"]) {
    expect(hasOnlyVisibleText(name)).toBe(false);
  }
});
